export default function (component) {
  const { data, parentElement } = component
  const box = parentElement.querySelector(".reveal")
  const below = parentElement.querySelector(".below")
  const above = parentElement.querySelector(".above")
  const line = parentElement.querySelector(".line")
  const handle = parentElement.querySelector(".handle")

  below.src = data.photo
  below.alt = data.alt
  above.src = data.map
  above.alt = ""
  handle.setAttribute("aria-label", data.label)
  parentElement.querySelector(".left").textContent = data.left
  parentElement.querySelector(".right").textContent = data.right
  // Another photo or map: its strongest place is to be seen at once.
  if (handle.dataset.shown !== data.map) {
    handle.dataset.shown = data.map
    handle.value = data.start
  }

  const draw = () => {
    const share = Number(handle.value)
    above.style.clipPath = `inset(0 0 0 ${share}%)`
    line.style.left = `${share}%`
  }
  const follow = (event) => {
    const edges = box.getBoundingClientRect()
    const share = (100 * (event.clientX - edges.left)) / edges.width
    handle.value = Math.min(100, Math.max(0, share))
    draw()
  }
  handle.oninput = draw
  box.onpointerdown = (event) => {
    box.setPointerCapture(event.pointerId)
    follow(event)
  }
  box.onpointermove = (event) => {
    if (event.buttons) follow(event)
  }
  draw()
}
