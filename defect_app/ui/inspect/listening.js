// Hears what Streamlit's widgets keep to themselves: files that the uploader refuses for their size, and the space bar
// of camera mode.

const uploaders = '[class*="st-key-inspect_drop"]'
const heard = new WeakMap()

export default function (component) {
  const { parentElement } = component
  drop.component = component
  const known = heard.get(parentElement)
  if (known) {
    known.component = component
    return known.stop
  }
  const state = { component, last: 0 }
  const changed = (event) => {
    if (event.target?.type !== "file" || !event.target.closest(uploaders)) return
    if (drop.fedInput === event.target) {
      drop.fedInput = null
      return
    }
    const files = [...event.target.files]
    report(state, files)
    if (takeOver(files.filter((file) => file.size <= state.component.data.most))) event.stopImmediatePropagation()
  }
  const dropped = async (event) => {
    if (!event.target.closest?.(uploaders) || !event.dataTransfer) return
    const plain = [...event.dataTransfer.files]
    const hasFolder = [...event.dataTransfer.items].some((item) => item.webkitGetAsEntry?.()?.isDirectory)
    // Files of a folder keep their paths only where the uploader reads the folder itself.
    if (!hasFolder && takeOver(plain.filter((file) => file.size <= state.component.data.most))) {
      event.preventDefault()
      event.stopImmediatePropagation()
      event.target.dispatchEvent(new DragEvent("dragleave", { bubbles: true }))
      return report(state, plain)
    }
    report(state, await filesOf(event.dataTransfer))
  }
  const pressed = (event) => {
    if (event.code !== "Space" || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return
    const own = event.target.closest?.("input, textarea, select, button, a, summary, [contenteditable], [role=dialog]")
    if (own && !isChosen(own)) return
    const shutter = document.querySelector(`${uploaders} [data-testid="stCameraInputButton"]`)
    if (!shutter || shutter.disabled) return
    event.preventDefault()
    event.stopPropagation()
    shutter.click()
  }
  document.addEventListener("change", changed, true)
  document.addEventListener("drop", dropped, true)
  document.addEventListener("keydown", pressed, true)
  state.stop = () => {
    document.removeEventListener("change", changed, true)
    document.removeEventListener("drop", dropped, true)
    document.removeEventListener("keydown", pressed, true)
    heard.delete(parentElement)
  }
  heard.set(parentElement, state)
  // Whether a component that is made anew still tells of a drop is not known.
  if (drop.watching) drop.announced = null
  return state.stop
}

// A choice that is made already has no use for the space bar.
function isChosen(element) {
  return element.matches("[role=radio], input[type=radio]") && (element.checked || element.ariaChecked === "true")
}

function report(state, files) {
  const refused = files.filter((file) => file.size > state.component.data.most)
  if (!refused.length) return
  state.component.setTriggerValue("refused", {
    id: `${Date.now()}-${(state.last += 1)}`,
    files: refused.map((file) => ({ name: file.webkitRelativePath || file.name, size: file.size })),
    all: refused.length === files.length,
  })
}

// A dropped folder has no files of its own: its entries are walked.
async function filesOf(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean)
  const found = [...transfer.files]
  if (!entries.some((entry) => entry.isDirectory)) return found
  const walk = async (entry) => {
    if (entry.isFile) return [await new Promise((give, fail) => entry.file(give, fail))]
    const reader = entry.createReader()
    const inside = []
    for (;;) {
      const some = await new Promise((give, fail) => reader.readEntries(give, fail))
      if (!some.length) return (await Promise.all(inside.map(walk))).flat()
      inside.push(...some)
    }
  }
  return (await Promise.all(entries.map(walk))).flat()
}
