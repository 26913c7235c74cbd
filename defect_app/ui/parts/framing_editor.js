// Frames over a photo: drawn, moved and resized by dragging, by keys or by numbers; each is sent when a hand lets go.

const GRIDS = [[1, 2], [2, 1], [2, 2], [2, 3], [3, 2], [3, 3], [3, 4], [4, 4], [4, 6]]
const LEAST = 0.01

export default function (component) {
  const { data, parentElement } = component
  const area = parentElement.querySelector(".framing")
  area.component = component
  if (area.shownId === data.id) return
  area.shownId = data.id
  const picture = area.querySelector("img")
  const shapes = area.querySelector(".shapes")
  const said = parentElement.querySelector(".said")
  const grid = parentElement.querySelector(".grid")
  const fields = ["x", "y", "width", "height"].map((name) => parentElement.querySelector(`input[name="${name}"]`))
  const view = { frames: data.frames.map((frame) => [...frame]), chosen: 0 }
  picture.src = data.photo
  parentElement.querySelector(".tools").hidden = data.most < 2

  const draw = () => {
    shapes.replaceChildren(...view.frames.map((frame, place) => shape(frame, place, view)))
    const sides = [data.width, data.height, data.width, data.height]
    fields.forEach((field, side) => {
      if (field !== parentElement.activeElement) field.value = Math.round(view.frames[view.chosen][side] * sides[side])
      field.max = sides[side]
    })
    parentElement.querySelector(".remove").disabled = view.frames.length < 2
    parentElement.querySelector(".add").disabled = view.frames.length >= data.most
    said.textContent = view.frames.length > 1 ? `${view.frames.length} frames, no. ${view.chosen + 1} chosen` : ""
  }
  const send = () => {
    draw()
    area.component.setStateValue("drawn", { id: data.id, frames: view.frames })
  }
  const set = (frame) => {
    view.frames[view.chosen] = within(frame)
  }

  grid.replaceChildren(new Option("1 × 1", ""), ...GRIDS.map(([rows, columns]) => new Option(`${rows} × ${columns}`, `${rows} ${columns}`)))
  grid.onchange = () => {
    const [rows, columns] = grid.value.split(" ").map(Number)
    grid.value = ""
    const [x, y, width, height] = view.frames[view.chosen]
    const cells = []
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        cells.push([x + (column * width) / columns, y + (row * height) / rows, width / columns, height / rows])
      }
    }
    view.frames.splice(view.chosen, 1, ...cells)
    view.frames.length = Math.min(view.frames.length, data.most)
    view.chosen = Math.min(view.chosen, view.frames.length - 1)
    send()
  }
  parentElement.querySelector(".add").onclick = () => {
    const [x, y, width, height] = view.frames[view.chosen]
    view.frames.push(within([x + width + 0.02 + width <= 1 ? x + width + 0.02 : 0.02, y, width, height]))
    view.chosen = view.frames.length - 1
    send()
  }
  parentElement.querySelector(".remove").onclick = () => {
    view.frames.splice(view.chosen, 1)
    view.chosen = Math.max(0, view.chosen - 1)
    send()
  }
  fields.forEach((field, side) => {
    field.onchange = () => {
      const value = Number(field.value)
      if (!Number.isFinite(value)) return draw()
      const frame = [...view.frames[view.chosen]]
      frame[side] = value / (side % 2 ? data.height : data.width)
      set(frame)
      send()
    }
  })

  const at = (event) => {
    const edges = area.getBoundingClientRect()
    return [(event.clientX - edges.left) / edges.width, (event.clientY - edges.top) / edges.height]
  }
  let drag = null
  area.onpointerdown = (event) => {
    if (event.button) return
    const [x, y] = at(event)
    const target = event.composedPath()[0]
    const held = target.closest?.(".shape")
    if (held) view.chosen = Number(held.dataset.place)
    const corner = target.dataset?.corner
    const [left, top, width, height] = view.frames[view.chosen]
    if (corner) {
      const fixed = [corner.includes("w") ? left + width : left, corner.includes("n") ? top + height : top]
      drag = (toX, toY) => set(between(fixed[0], fixed[1], toX, toY))
    } else if (held) {
      drag = (toX, toY) => set([clamp(left + toX - x, 1 - width), clamp(top + toY - y, 1 - height), width, height])
    } else {
      drag = (toX, toY) => {
        if (Math.hypot(toX - x, toY - y) > LEAST) set(between(x, y, toX, toY))
      }
    }
    area.setPointerCapture(event.pointerId)
    area.focus({ preventScroll: true })
    event.preventDefault()
    draw()
  }
  area.onpointermove = (event) => {
    if (!drag) return
    drag(...at(event))
    draw()
  }
  area.onpointerup = area.onpointercancel = () => {
    if (drag) send()
    drag = null
  }
  area.onkeydown = (event) => {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key]
    if (!steps) return
    const [x, y, width, height] = view.frames[view.chosen]
    const step = LEAST
    if (event.shiftKey) set([x, y, width + steps[0] * step, height + steps[1] * step])
    else set([clamp(x + steps[0] * step, 1 - width), clamp(y + steps[1] * step, 1 - height), width, height])
    event.preventDefault()
    event.stopPropagation()
    send()
  }
  draw()
}

function clamp(value, most) {
  return Math.min(Math.max(0, value), Math.max(0, most))
}

function within([x, y, width, height]) {
  const left = clamp(x, 1 - LEAST)
  const top = clamp(y, 1 - LEAST)
  return [left, top, Math.min(Math.max(LEAST, width), 1 - left), Math.min(Math.max(LEAST, height), 1 - top)]
}

function between(x, y, toX, toY) {
  const [left, right] = [Math.min(x, clamp(toX, 1)), Math.max(x, clamp(toX, 1))]
  const [top, bottom] = [Math.min(y, clamp(toY, 1)), Math.max(y, clamp(toY, 1))]
  return [left, top, right - left, bottom - top]
}

function shape([x, y, width, height], place, view) {
  const made = document.createElement("div")
  made.className = place === view.chosen ? "shape chosen" : "shape"
  made.dataset.place = place
  Object.assign(made.style, {
    left: `${100 * x}%`, top: `${100 * y}%`, width: `${100 * width}%`, height: `${100 * height}%`,
  })
  if (view.frames.length > 1) {
    const number = document.createElement("span")
    number.className = "number"
    number.textContent = place + 1
    made.append(number)
  }
  if (place === view.chosen) {
    for (const corner of ["nw", "ne", "sw", "se"]) {
      const handle = document.createElement("span")
      handle.className = "handle"
      handle.dataset.corner = corner
      made.append(handle)
    }
  }
  return made
}
