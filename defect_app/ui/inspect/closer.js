// A photo at its full resolution: zoomed by wheel, two fingers, keys or buttons, moved by dragging or arrows.

const MOST = 40

export default function (component) {
  const { data, parentElement } = component
  const frame = parentElement.querySelector(".closer")
  const picture = frame.querySelector("img")
  const said = parentElement.querySelector(".said")
  if (frame.source === data.photo) return
  frame.source = data.photo
  picture.src = data.photo
  picture.alt = data.alt
  const view = { scale: 1, x: 0, y: 0 }
  const fingers = new Map()

  const draw = () => {
    const width = frame.clientWidth
    const height = frame.clientHeight
    const room = (size) => Math.max(0, (size * view.scale - size) / 2)
    view.x = Math.min(room(width), Math.max(-room(width), view.x))
    view.y = Math.min(room(height), Math.max(-room(height), view.y))
    picture.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.scale})`
    const fit = Math.min(width / (picture.naturalWidth || 1), height / (picture.naturalHeight || 1))
    said.textContent = `${Math.round(100 * fit * view.scale)} %`
    frame.dataset.scale = view.scale.toFixed(3)
  }
  const zoom = (factor, clientX, clientY) => {
    const edges = frame.getBoundingClientRect()
    const atX = (clientX ?? edges.left + edges.width / 2) - edges.left - edges.width / 2
    const atY = (clientY ?? edges.top + edges.height / 2) - edges.top - edges.height / 2
    const scale = Math.min(MOST, Math.max(1, view.scale * factor))
    const grown = scale / view.scale
    view.x = atX - (atX - view.x) * grown
    view.y = atY - (atY - view.y) * grown
    view.scale = scale
    draw()
  }
  const reset = () => {
    Object.assign(view, { scale: 1, x: 0, y: 0 })
    draw()
  }
  picture.onload = draw
  frame.onwheel = (event) => {
    event.preventDefault()
    zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.002)), event.clientX, event.clientY)
  }
  frame.ondblclick = (event) => (view.scale > 1 ? reset() : zoom(4, event.clientX, event.clientY))
  frame.onpointerdown = (event) => {
    frame.setPointerCapture(event.pointerId)
    fingers.set(event.pointerId, event)
  }
  frame.onpointermove = (event) => {
    const before = fingers.get(event.pointerId)
    if (!before) return
    if (fingers.size === 2) {
      const [other] = [...fingers.values()].filter((finger) => finger.pointerId !== event.pointerId)
      const apart = (finger) => Math.hypot(finger.clientX - other.clientX, finger.clientY - other.clientY)
      zoom(apart(event) / Math.max(1, apart(before)), (event.clientX + other.clientX) / 2, (event.clientY + other.clientY) / 2)
    } else {
      view.x += event.clientX - before.clientX
      view.y += event.clientY - before.clientY
      draw()
    }
    fingers.set(event.pointerId, event)
  }
  frame.onpointerup = frame.onpointercancel = (event) => fingers.delete(event.pointerId)
  frame.onkeydown = (event) => {
    const steps = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }
    if (event.key === "+" || event.key === "=") zoom(1.5)
    else if (event.key === "-") zoom(1 / 1.5)
    else if (event.key === "0") reset()
    else if (steps[event.key]) {
      view.x += steps[event.key][0]
      view.y += steps[event.key][1]
      draw()
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  parentElement.querySelector(".in").onclick = () => zoom(1.5)
  parentElement.querySelector(".out").onclick = () => zoom(1 / 1.5)
  parentElement.querySelector(".whole").onclick = reset
  draw()
}
