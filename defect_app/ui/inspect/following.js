// Marks the row of the shown photo, brings the large panel into view when a row was opened, and leaves the arrow keys to
// the panel after a click on a filter.

let opened = null

export default function (component) {
  const { data, parentElement } = component
  parentElement.component = component
  const mark = () => {
    const rows = document.querySelector(".inspect-rows tbody")
    if (!rows) return false
    for (const row of rows.querySelectorAll("[aria-current]")) row.removeAttribute("aria-current")
    const shown = rows.querySelector(`tr[data-number="${data.number}"]`)
    shown?.setAttribute("aria-current", "true")
    const frame = rows.closest(".inspect-rows-scroll")
    if (shown && frame) {
      const top = shown.offsetTop - 40
      if (top < frame.scrollTop || shown.offsetTop + shown.offsetHeight > frame.scrollTop + frame.clientHeight) {
        frame.scrollTop = top
      }
    }
    return true
  }
  // The table may be drawn after this.
  for (const wait of [0, 150, 500, 1500]) setTimeout(mark, wait)

  if (opened !== null && opened !== data.opened) {
    setTimeout(() => panel()?.scrollIntoView({ behavior: "smooth", block: "start" }), 100)
  }
  opened = data.opened
  document.removeEventListener("pointerup", clicked, true)
  document.addEventListener("pointerup", clicked, true)
  return () => document.removeEventListener("pointerup", clicked, true)
}

function panel() {
  return document.querySelector(".st-key-inspect_panel")
}

function clicked(event) {
  if (!event.target.closest?.(".st-key-inspect_counts")) return
  setTimeout(() => {
    const target = panel()
    if (!target) return
    target.tabIndex = -1
    target.focus({ preventScroll: true })
  }, 250)
}
