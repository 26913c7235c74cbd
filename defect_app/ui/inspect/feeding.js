// Gives the uploader a large drop a few megabytes at a time. It tells the server of files only when the last one of what
// it was given has arrived: so the first photos are judged while the others are still on their way, and the server never
// holds the whole drop. Many small files come in handfuls as well: the uploader draws the list of its files anew for each
// that begins or ends, which for five hundred at once keeps the browser busy for a minute.

const WHOLE_BYTES = 24e6
const AT_ONCE_BYTES = 12e6
const AT_ONCE_FILES = 60
const NOT_LISTED_MS = 6000
const ZONE = '[class*="st-key-inspect_drop"]'

// Of the page and not of the component, which is made anew while photos are judged.
const drop = (window.defectLensDrop ||= { line: [], ready: [], inHand: [], feeding: false, watching: false, announced: "" })

// Returns whether the files were taken over: a small drop is left to the uploader as it is.
function takeOver(files) {
  const all = files.reduce((sum, file) => sum + file.size, 0)
  const shrinks = drop.component.data.shrinkTo && files.some(isLargeJpeg)
  if (!shrinks && (files.length < 2 || (all <= WHOLE_BYTES && files.length <= AT_ONCE_FILES))) return false
  drop.line.push(...files)
  prepare()
  drop.of = product()
  tell()
  if (!drop.feeding) drop.id = `${Date.now()}-${Math.random()}`
  drop.isLarge = all > WHOLE_BYTES
  if (!drop.watching) watch()
  return true
}

// One photo after another: each takes tens of megabytes while it is made smaller.
async function prepare() {
  if (drop.preparing) return
  drop.preparing = true
  while (drop.line.length) {
    const side = drop.component.data.shrinkTo
    drop.ready.push(side ? await shrunk(drop.line[0], side) : drop.line[0])
    drop.line.shift()
  }
  drop.preparing = false
}

// How many files are not given to the uploader yet.
function left() {
  return drop.line.length + drop.ready.length
}

// Until everything is sent, and the page knows that it is.
function watch() {
  drop.feeding = left() > 0 || isOnItsWay()
  tell()
  announce()
  drop.watching = drop.feeding || drop.announced !== ""
  if (drop.watching) setTimeout(watch, 150)
  if (drop.feeding) feed()
}

function feed() {
  // Photos dropped for one product are judged as no other: they wait until the page is back at theirs.
  const input = product() === drop.of ? document.querySelector(`${ZONE} input[type=file]`) : null
  const round = input && roundOf(input)
  if (input && round === drop.fedRound && isLost(input)) {
    drop.ready.unshift(...drop.inHand)
    drop.inHand = []
    drop.fedRound = null
  }
  // The zone is another one when its files are the batch's.
  if (!input || round === drop.fedRound || !drop.ready.length) return
  const some = new DataTransfer()
  let bytes = 0
  const { ready } = drop
  while (ready.length && some.items.length < AT_ONCE_FILES && (!bytes || bytes + ready[0].size <= AT_ONCE_BYTES)) {
    bytes += ready[0].size
    some.items.add(ready.shift())
  }
  drop.fedRound = round
  drop.zone = drop.fedInput = input
  drop.inHand = [...some.files]
  drop.fedAt = Date.now()
  input.files = some.files
  input.dispatchEvent(new Event("change", { bubbles: true }))
}

// A handful ends with its zone when the page is left, and a zone that is just drawn may miss it: it is sent again.
function isLost(input) {
  const isListed = input.closest(ZONE).querySelector('[data-testid="stFileChip"]')
  return input !== drop.zone || (!isListed && Date.now() - drop.fedAt > NOT_LISTED_MS)
}

// The server takes what comes until this ends for one drop: it counts its files together, a stop holds for all of them,
// and the product's page shows the batch as running. Nothing is told while another page or product is open.
function announce() {
  const fed = drop.feeding ? drop.id : ""
  if (fed === drop.announced || product() !== drop.of || !drop.component.parentElement.isConnected) return
  drop.announced = fed
  drop.component.setStateValue("fed", { id: fed, model: drop.of, isLarge: drop.isLarge })
}

// Whether the last handful may not be the batch's yet: that it is shows when its product's zone is another one.
function isOnItsWay() {
  const input = product() === drop.of && document.querySelector(`${ZONE} input[type=file]`)
  if (input && roundOf(input) !== drop.fedRound) drop.inHand = []
  return drop.inHand.length > 0
}

// The last part of the zone's key: it counts the handfuls that are the batch's, whichever way in is open.
function roundOf(input) {
  const key = [...input.closest(ZONE).classList].find((name) => name.startsWith("st-key-inspect_drop_"))
  return key.split("_").pop()
}

function product() {
  return new URLSearchParams(location.search).get("model")
}

// What waits in the browser would be lost with the page.
function tell() {
  const waiting = left()
  const sending = waiting > 0 || drop.feeding
  let note = document.getElementById("defect-lens-sending")
  if (sending && !note) {
    note = document.createElement("div")
    note.id = "defect-lens-sending"
    note.setAttribute("role", "status")
    document.body.append(note)
  }
  const wait = `${waiting} ${waiting === 1 ? "photo waits" : "photos wait"} in this browser to be sent`
  const how = waiting ? wait : "The last photos are being sent"
  const what = product() === drop.of ? "keep the page open" : "open Inspect again, where they go on"
  if (sending) note.textContent = `${how}: ${what}.`
  else note?.remove()
  drop.leaving ||= (event) => event.preventDefault()
  window.removeEventListener("beforeunload", drop.leaving)
  if (sending) window.addEventListener("beforeunload", drop.leaving)
}
