// A photo that is marked by a click, or by the arrow keys with Shift while it has the focus.

const STEP = 0.03

export default function (component) {
  const { data, parentElement, setStateValue } = component
  const photo = parentElement.querySelector(".photo")
  const picture = parentElement.querySelector("img")
  const mark = parentElement.querySelector(".mark")

  photo.setAttribute("aria-label", data.label)
  if (photo.dataset.part !== data.part) {
    photo.dataset.part = data.part
    photo.at = null
    picture.src = data.photo
  }
  const draw = () => {
    mark.hidden = !photo.at
    if (photo.at) mark.style.cssText = `left: ${100 * photo.at.x}%; top: ${100 * photo.at.y}%`
  }
  const move = (x, y) => {
    photo.at = { x: Math.min(1, Math.max(0, x)), y: Math.min(1, Math.max(0, y)) }
    draw()
    setStateValue("mark", { part: data.part, ...photo.at })
  }
  photo.onclick = (event) => {
    if (!event.detail) return // from the keyboard: there is no place
    const edges = picture.getBoundingClientRect()
    move((event.clientX - edges.left) / edges.width, (event.clientY - edges.top) / edges.height)
  }
  photo.onkeydown = (event) => {
    const [right, down] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? []
    if (right === undefined || !event.shiftKey) return
    event.preventDefault()
    event.stopPropagation()
    const { x, y } = photo.at ?? { x: 0.5, y: 0.5 }
    move(x + right * STEP, y + down * STEP)
  }
  draw()
}
