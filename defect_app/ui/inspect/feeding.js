// Gives the uploader a large drop a few megabytes at a time. It tells the server of files only when the last one of what
// it was given has arrived: so the first photos are judged while the others are still on their way, and the server never
// holds the whole drop.

const WHOLE_BYTES = 24e6
const AT_ONCE_BYTES = 12e6
const ZONE = '[class*="st-key-inspect_drop"]'

// Of the page and not of the component, which is made anew while photos are judged.
const drop = (window.defectLensDrop ||= { line: [], feeding: false })

// Returns whether the files were taken over: a small drop is left to the uploader as it is.
function takeOver(files) {
  const all = files.reduce((sum, file) => sum + file.size, 0)
  if (all <= WHOLE_BYTES || files.length < 2) return false
  drop.line.push(...files)
  drop.of = product()
  tell()
  if (!drop.feeding) feed()
  return true
}

function feed() {
  drop.feeding = drop.line.length > 0
  tell()
  if (!drop.feeding) return
  // Photos dropped for one product are judged as no other: they wait until the page is back at theirs.
  const input = product() === drop.of ? document.querySelector(`${ZONE} input[type=file]`) : null
  const key = input && keyOf(input)
  setTimeout(feed, 150)
  // The zone gets another key when its files are the batch's.
  if (!input || key === drop.fedKey) return
  const some = new DataTransfer()
  let bytes = 0
  while (drop.line.length && (!bytes || bytes + drop.line[0].size <= AT_ONCE_BYTES)) {
    bytes += drop.line[0].size
    some.items.add(drop.line.shift())
  }
  drop.fedKey = key
  drop.fedInput = input
  input.files = some.files
  input.dispatchEvent(new Event("change", { bubbles: true }))
}

function keyOf(input) {
  return [...input.closest(ZONE).classList].find((name) => name.startsWith("st-key-inspect_drop"))
}

function product() {
  return new URLSearchParams(location.search).get("model")
}

// What waits in the browser would be lost with the page.
function tell() {
  const left = drop.line.length
  let note = document.getElementById("defect-lens-sending")
  if (left && !note) {
    note = document.createElement("div")
    note.id = "defect-lens-sending"
    note.setAttribute("role", "status")
    document.body.append(note)
  }
  if (left) note.textContent = `${left} ${left === 1 ? "photo waits" : "photos wait"} in this browser to be sent: keep the page open.`
  else note?.remove()
  drop.leaving ||= (event) => event.preventDefault()
  window.removeEventListener("beforeunload", drop.leaving)
  if (left) window.addEventListener("beforeunload", drop.leaving)
}
