// Two lines over the histogram, moved by mouse, finger or keys. Everything here follows at once, without the server;
// Streamlit hears of the lines when they are let go.

const KEYS_REST_MS = 400
const KEY_STEP = 0.01
const FINE_STEP = 0.001
const PAGE_STEP = 0.1
const FLAG_ROWS = { review: 4, reject: 32 }
const mounted = new WeakMap()

class Desk {
  constructor(root) {
    this.root = root.querySelector(".desk")
    this.plot = root.querySelector(".plot")
    this.histogram = new Histogram(this.plot)
    this.readouts = new Readouts(root)
    this.handles = { review: root.querySelector(".line.review"), reject: root.querySelector(".line.reject") }
    this.keysRest = 0
    this.frame = 0
    for (const name of Object.keys(this.handles)) this.listen(name)
    this.watcher = new ResizeObserver(() => this.draw())
    this.watcher.observe(this.plot)
  }

  /** Take what the server says; its lines count unless the person is ahead of it. */
  update(data, send) {
    this.send = send
    if (data.scores !== this.data?.scores) {
      this.classes = data.classes.map((c) => ({ ...c, scores: decode(c.scores) }))
    }
    this.data = data
    this.sent ??= data.moves
    if (!this.dragging && !this.keysRest && data.moves >= this.sent) {
      this.sent = data.moves
      this.lines = { review: data.review, reject: data.reject }
    }
    this.root.style.setProperty("--good", data.colours.good)
    this.root.style.setProperty("--defective", data.colours.defective)
    this.readouts.lay(data, this.classes)
    this.draw()
  }

  draw() {
    if (!this.data) return
    this.drawn = this.histogram.draw(this.classes, AXES[this.data.stretched ? "stretched" : "linear"])
    this.follow()
  }

  listen(name) {
    const handle = this.handles[name]
    const inside = (event) => event.clientX - this.plot.getBoundingClientRect().left
    handle.onpointerdown = (event) => {
      if (event.button) return
      event.preventDefault()
      handle.focus()
      handle.setPointerCapture(event.pointerId)
      this.dragging = name
      this.before = { ...this.lines }
      this.grip = inside(event) - this.histogram.x(this.lines[name])
      this.from = event.clientX
    }
    handle.onpointermove = (event) => {
      if (this.dragging !== name || event.clientX === this.from) return
      this.from = NaN
      this.move(name, this.histogram.score(inside(event) - this.grip))
    }
    handle.onpointerup = handle.onpointercancel = () => {
      if (this.dragging !== name) return
      this.dragging = null
      this.commit()
    }
    handle.onkeydown = (event) => this.press(name, event)
    handle.onblur = () => this.keysRest && this.rest()
  }

  press(name, event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const step = event.shiftKey ? FINE_STEP : KEY_STEP
    const now = this.lines[name]
    const places = {
      ArrowRight: now + step,
      ArrowUp: now + step,
      ArrowLeft: now - step,
      ArrowDown: now - step,
      PageUp: now + PAGE_STEP,
      PageDown: now - PAGE_STEP,
      Home: 0,
      End: 1,
    }
    if (!(event.key in places)) return
    event.preventDefault()
    if (!this.keysRest) this.before = { ...this.lines }
    this.move(name, Number(places[event.key].toFixed(6)))
    // The server hears of a row of presses once, when they are over.
    clearTimeout(this.keysRest)
    this.keysRest = setTimeout(() => this.rest(), KEYS_REST_MS)
  }

  rest() {
    clearTimeout(this.keysRest)
    this.keysRest = 0
    this.commit()
  }

  /** Move a line: the review line stops at the reject line, the reject line pushes the review line down. */
  move(name, score) {
    const { review, reject } = this.lines
    const placed = clamp(score, 0, name === "review" ? reject : 1)
    this.lines = name === "review" ? { review: placed, reject } : { review: Math.min(review, placed), reject: placed }
    if (!this.frame) this.frame = requestAnimationFrame(() => this.follow())
  }

  commit() {
    const same = this.before.review === this.lines.review && this.before.reject === this.lines.reject
    if (same) return
    this.sent += 1
    this.send({ ...this.lines, moves: this.sent })
  }

  /** All that a move costs: a few attributes, and two searches a class. */
  follow() {
    this.frame = 0
    const told = this.readouts.follow(this.lines)
    this.describe(told)
    if (!this.drawn) return
    this.histogram.follow(this.lines)
    for (const name of Object.keys(this.handles)) this.place(name)
  }

  place(name) {
    const { width, bottom } = this.histogram
    const [handle, x, top] = [this.handles[name], this.histogram.x(this.lines[name]), FLAG_ROWS[name]]
    handle.style.transform = `translateX(${x}px)`
    handle.style.top = `${top}px`
    handle.style.height = `${bottom - top}px`
    const flag = handle.querySelector(".flag")
    flag.textContent = `${name} from ${thresholdText(this.lines[name])}`
    const half = flag.textContent.length * 3.4 + 12
    flag.style.left = `${13 + clamp(x, half, LEFT + width + RIGHT - half) - x}px`
  }

  /** Say to a screen reader where the lines are and what that means. */
  describe({ escapes, falseRejects, reviews }) {
    const said =
      `${escapes.count} of ${escapes.n} defective parts escape, ` +
      `${falseRejects.count} of ${falseRejects.n} good parts are rejected, ${reviews.count} go to review`
    for (const [name, handle] of Object.entries(this.handles)) {
      handle.setAttribute("aria-valuemin", 0)
      handle.setAttribute("aria-valuemax", name === "review" ? this.lines.reject : 1)
      handle.setAttribute("aria-valuenow", this.lines[name])
      handle.setAttribute("aria-valuetext", `${thresholdText(this.lines[name])}: ${said}`)
    }
  }

  leave() {
    this.watcher.disconnect()
    clearTimeout(this.keysRest)
    cancelAnimationFrame(this.frame)
  }
}

export default function (component) {
  const { data, parentElement, setStateValue } = component
  if (!mounted.has(parentElement)) mounted.set(parentElement, new Desk(parentElement))
  const desk = mounted.get(parentElement)
  desk.update(data, (lines) => setStateValue("lines", lines))
  return () => {
    desk.leave()
    mounted.delete(parentElement)
  }
}
