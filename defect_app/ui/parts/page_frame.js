// What every page does in the browser besides what Streamlit does: one place in the history a page, and plain words when
// the server does not answer. It is set up once for the tab and outlives each page.

const LOST_AFTER_MS = 1500
const ASK_EVERY_MS = 1000
const RELOAD_AFTER_MS = 4000
const NOTICE_ID = "defect-lens-connection"

export default function (component) {
  if (window.defectLensFrame) return
  window.defectLensFrame = true
  replaceWithinAPage(component.data.backUndoes)
  watchConnection(component.data)
}

// A moved line or a filter is not a page: Back leads to the page before. Where a page says so, Back undoes its choices.
function replaceWithinAPage(backUndoes) {
  const push = history.pushState.bind(history)
  history.pushState = (state, title, url) => {
    const target = new URL(url ?? location.href, location.href)
    const same = target.pathname === location.pathname && !target.pathname.endsWith(`/${backUndoes}`)
    if (same) history.replaceState(state, title, url)
    else push(state, title, url)
  }
}

function watchConnection(words) {
  let lostSince = 0
  let backSince = 0
  const connected = () => {
    const app = document.querySelector("[data-test-connection-state]")
    return !app || app.getAttribute("data-test-connection-state") === "CONNECTED"
  }
  const look = async () => {
    const now = Date.now()
    nameDropZones()
    if (connected()) {
      lostSince = backSince = 0
      document.getElementById(NOTICE_ID)?.remove()
      document.documentElement.classList.remove("defect-lens-lost")
    } else {
      lostSince ||= now
      if (now - lostSince > LOST_AFTER_MS) {
        say(words.lost)
        backSince = (await answers()) ? backSince || now : 0
        if (backSince && now - backSince > RELOAD_AFTER_MS && !connected()) location.reload()
      }
    }
    setTimeout(look, ASK_EVERY_MS)
  }
  look()
}

// Streamlit gives its drop zone a name and the role of a thing without one: no screen reader knows what to say.
function nameDropZones() {
  for (const zone of document.querySelectorAll("section[role=presentation][aria-label]")) zone.setAttribute("role", "group")
}

function say(words) {
  if (document.getElementById(NOTICE_ID)) return
  const notice = document.createElement("div")
  notice.id = NOTICE_ID
  notice.setAttribute("role", "alert")
  notice.textContent = words
  document.body.append(notice)
  document.documentElement.classList.add("defect-lens-lost")
}

async function answers() {
  const base = location.pathname.replace(/\/[^/]*$/, "")
  try {
    return (await fetch(`${base}/_stcore/health`, { cache: "no-store" })).ok
  } catch {
    return false
  }
}
