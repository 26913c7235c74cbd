// One photo large, answered by keys: the next ones are here already, so that the server is never waited for. Answers are
// sent until the server says that they are stored, each under a name of its own, so that none is lost and none counts twice.

const SENT_AFTER_MS = 30
const SENT_AGAIN_MS = 5000
const KEYS = { p: "good", d: "defective", r: "unsure", u: "unusable" }
const SAID = { good: "good", defective: "defective", unsure: "I don’t know", unusable: "unusable" }
const TYPED_INTO = "textarea, select, [contenteditable=true], input:not([type=checkbox], [type=radio], [type=button])"
const OWN_ARROWS = "[role=tab], [role=radio], [role=slider], [role=combobox], [role=option], [role=spinbutton]"
const LEAST_BOX = 0.01
const mounted = new WeakMap()

// In the tab's own storage, so that leaving the page at once after an answer loses none.
const placeOf = (queue) => `defect-lens-review ${queue}`
function keep(queue, events) {
  try {
    if (events.length) sessionStorage.setItem(placeOf(queue), JSON.stringify(events))
    else sessionStorage.removeItem(placeOf(queue))
  } catch {
    // A browser that stores nothing: answers are then sent from this page alone.
  }
}
function readKept(queue) {
  try {
    return JSON.parse(sessionStorage.getItem(placeOf(queue)) ?? "[]")
  } catch {
    return []
  }
}

class Reviewer {
  constructor(root) {
    this.find = (selector) => root.querySelector(selector)
    this.photos = new Map() // by name: what the server said, with the decoded picture
    this.path = [] // names in the order in which they were shown
    this.place = -1
    this.given = new Map() // by name: the last answer here
    this.passed = new Set()
    this.unsent = []
    this.delivered = new Set()
    this.marks = []
    this.listen(root)
  }

  update(data, send) {
    this.send = send
    this.find(".photo").dataset.queue = data.queue // whose queue it is, for whoever looks on
    if (this.queueName !== data.queue) {
      Object.assign(this, { queueName: data.queue, path: [], place: -1 })
      this.passed.clear()
      this.restore()
    }
    this.blind = data.blind
    this.reveal = data.reveal
    this.empty = data.empty
    const stored = new Set(data.stored)
    this.unsent = this.unsent.filter((event) => !stored.has(event.token))
    this.remember()
    this.queue = data.photos.map((photo) => photo.name)
    for (const photo of data.photos) this.load(photo)
    const lacks = (photo) => !photo.missing && !this.photos.get(photo.name)?.url
    const isNew = (event) => !this.delivered.has(event.token)
    if (this.unsent.some(isNew) || data.photos.some(lacks)) this.deliver()
    else if (this.unsent.length) this.retry()
    if (this.place < 0 || !this.current()) this.on()
    else this.draw()
  }

  /** Take up what was answered on this queue and not stored when the page was left. */
  restore() {
    this.unsent = readKept(this.queueName)
    for (const { name, answer, token } of this.unsent) if (answer) this.given.set(name, { answer, token })
  }

  remember() {
    keep(this.queueName, this.unsent)
  }

  /** Keep a photo, decoded before it is needed. */
  load(photo) {
    const known = this.photos.get(photo.name)
    const url = photo.url || known?.url
    if (known?.url) return Object.assign(known, { ...photo, url })
    const picture = new Image()
    if (url) {
      picture.src = url
      picture.decode().catch(() => {})
    }
    this.photos.set(photo.name, { ...photo, url, picture })
  }

  current() {
    return this.photos.get(this.path[this.place])
  }

  /** Show the next photo: of those seen before, else of the queue. */
  on() {
    this.marks = []
    if (this.place < this.path.length - 1) this.place += 1
    else {
      const waits = (name) => !this.given.has(name) && !this.passed.has(name) && !this.path.includes(name)
      const next = this.queue.find(waits)
      if (next === undefined) this.place = this.path.length
      else {
        this.path.push(next)
        this.place = this.path.length - 1
      }
    }
    this.shownAt = performance.now()
    this.draw()
  }

  back() {
    if (this.place <= 0) return
    this.marks = []
    this.place -= 1
    this.shownAt = performance.now()
    this.draw()
  }

  later() {
    const photo = this.current()
    if (photo && !this.given.has(photo.name) && !this.passed.has(photo.name)) {
      this.passed.add(photo.name)
      this.tell({ later: photo.name })
    }
    this.on()
  }

  answer(answer) {
    const photo = this.current()
    if (!photo) return
    const note = this.find("textarea")
    const event = {
      name: photo.name,
      answer,
      marks: answer === "defective" ? this.marks : [],
      note: note.value,
      blind: this.blind,
      seconds: Math.round(performance.now() - this.shownAt) / 1000,
    }
    const token = this.tell(event)
    this.given.set(photo.name, { answer, token })
    note.value = ""
    this.sayLast(photo, answer)
    this.on()
  }

  undo() {
    if (this.marks.length) {
      this.marks.pop()
      return this.draw()
    }
    const [name, last] = [...this.given].pop() ?? []
    if (!last) return
    this.given.delete(name)
    this.tell({ undo: last.token })
    this.place = this.path.indexOf(name)
    this.find(".last").textContent = "Taken back."
    this.find(".last").classList.remove("mind")
    this.shownAt = performance.now()
    this.draw()
  }

  tell(event) {
    const token = crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random().toString(16).slice(2, 14)}`
    this.unsent.push({ token, ...event })
    this.remember()
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.deliver(), SENT_AFTER_MS)
    return token
  }

  /** What could not be stored is sent again after a while. */
  retry() {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.deliver(), SENT_AGAIN_MS)
  }

  deliver() {
    this.delivered = new Set(this.unsent.map((event) => event.token))
    this.tries = (this.tries ?? 0) + 1
    const here = [...this.photos.values()].filter((photo) => photo.url).map((photo) => photo.name)
    this.send({ events: this.unsent, here: here.slice(-40), tries: this.tries })
  }

  sayLast(photo, answer) {
    const last = this.find(".last")
    const words = [`You said: ${SAID[answer]}.`]
    if (photo.scene) {
      const found = answer === "defective"
      words.push(`That was a rendered part with a known defect, laid among the others: ${found ? "found" : "not found"}. It counts nowhere.`)
    } else if (this.blind && this.reveal) words.push(`The model said: ${photo.verdict}${photo.score ? ` (${photo.score})` : ""}.`)
    last.textContent = words.join(" ")
    const other = { PASS: "defective", REJECT: "good" }[photo.verdict] === answer
    last.classList.toggle("mind", photo.scene ? answer !== "defective" : other && this.reveal)
  }

  draw() {
    const photo = this.current()
    this.find(".frame").hidden = !photo?.url
    for (const button of this.find(".answers").children) button.disabled = !photo
    const [back, on, undo, clear] = ["back", "on", "undo", "clear"].map((step) => this.find(`[data-step=${step}]`))
    back.disabled = this.place <= 0
    on.disabled = !photo
    undo.disabled = !this.given.size && !this.marks.length
    clear.hidden = !this.marks.length
    this.find(".empty").textContent = photo ? (photo.url ? "" : photo.missing || "Loading …") : this.unsent.length ? "Fetching the next photos …" : this.empty
    this.find("p.small").hidden = !photo?.small
    this.find(".model").hidden = !photo || this.blind
    this.find(".what").hidden = this.find(".hint").hidden = !photo
    if (!photo) {
      this.find(".given").textContent = ""
      return
    }
    const picture = this.find(".photo")
    if (photo.url && picture.dataset.name !== photo.name) {
      picture.src = photo.url
      picture.dataset.name = photo.name
    }
    picture.alt = this.blind ? "The part to be judged" : `Photo ${photo.file}`
    picture.classList.toggle("small", photo.small)
    // What a photo is called, and why it is here, may tell what the model said.
    this.find(".why").textContent = this.blind ? "" : photo.why
    this.find(".file").textContent = this.blind ? "Blind: decide before you see the model’s answer." : photo.file
    this.find(".verdict").textContent = photo.verdict
    this.find(".verdict").className = `verdict ${photo.colour}`
    this.find(".score").textContent = photo.score
    this.find(".reason").textContent = photo.reason
    const given = this.given.get(photo.name)
    this.find(".given").textContent = given ? `You said: ${SAID[given.answer]}. Another answer corrects it.` : ""
    for (const button of this.find(".answers").children) {
      button.classList.toggle("chosen", button.dataset.answer === given?.answer)
    }
    this.drawMarks()
  }

  drawMarks() {
    const svg = this.find(".marks")
    svg.replaceChildren()
    const picture = this.find(".photo")
    const ratio = picture.naturalWidth && picture.naturalHeight ? picture.naturalWidth / picture.naturalHeight : 1
    for (const { x, y, width, height } of this.marks) {
      for (const kind of ["outer", "inner"]) {
        const shape = document.createElementNS("http://www.w3.org/2000/svg", width ? "rect" : "ellipse")
        const places = width ? { x, y, width, height } : { cx: x, cy: y, rx: 0.025, ry: 0.025 * ratio }
        for (const [name, value] of Object.entries(places)) shape.setAttribute(name, value)
        shape.setAttribute("class", kind)
        shape.setAttribute("fill", "none")
        shape.setAttribute("vector-effect", "non-scaling-stroke")
        svg.append(shape)
      }
    }
  }

  listen(root) {
    this.onKey = (event) => this.press(event)
    // Before Streamlit's own keys: its R runs the page anew.
    window.addEventListener("keydown", this.onKey, true)
    for (const button of this.find(".answers").children) button.onclick = () => this.answer(button.dataset.answer)
    const steps = {
      back: () => this.back(),
      on: () => this.later(),
      undo: () => this.undo(),
      clear: () => {
        this.marks = []
        this.draw()
      },
    }
    for (const [name, act] of Object.entries(steps)) this.find(`[data-step=${name}]`).onclick = act
    this.listenToPointer()
  }

  press(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || !this.find(".desk")?.isConnected) return
    const target = event.composedPath()[0]
    const note = this.find("textarea")
    if (target === note && event.key === "Escape") note.blur()
    if (target.matches?.(TYPED_INTO) || !this.find(".desk").offsetParent) return
    const arrow = event.key.startsWith("Arrow")
    if (arrow && target.closest?.(OWN_ARROWS)) return
    const key = event.key.toLowerCase()
    const acts = {
      z: () => this.undo(),
      n: () => note.focus(),
      arrowleft: () => this.back(),
      arrowright: () => this.later(),
    }
    const act = KEYS[key] ? () => this.answer(KEYS[key]) : acts[key]
    if (!act) return
    event.preventDefault()
    event.stopImmediatePropagation()
    if (!event.repeat) act()
  }

  listenToPointer() {
    const [frame, box] = [this.find(".frame"), this.find(".box")]
    const place = (event) => {
      const edges = frame.getBoundingClientRect()
      const share = (value, from, size) => Math.min(1, Math.max(0, (value - from) / size))
      return { x: share(event.clientX, edges.left, edges.width), y: share(event.clientY, edges.top, edges.height) }
    }
    const between = (a, b) => ({
      x: Math.min(a.x, b.x),
      y: Math.min(a.y, b.y),
      width: Math.abs(a.x - b.x),
      height: Math.abs(a.y - b.y),
    })
    frame.onpointerdown = (event) => {
      if (event.button) return
      frame.setPointerCapture(event.pointerId)
      this.from = place(event)
    }
    frame.onpointermove = (event) => {
      if (!this.from) return
      const drawn = between(this.from, place(event))
      box.hidden = drawn.width < LEAST_BOX && drawn.height < LEAST_BOX
      for (const [side, value] of Object.entries({ left: drawn.x, top: drawn.y, width: drawn.width, height: drawn.height })) {
        box.style[side] = `${100 * value}%`
      }
    }
    frame.onpointerup = (event) => {
      if (!this.from) return
      const drawn = between(this.from, place(event))
      const isBox = drawn.width >= LEAST_BOX && drawn.height >= LEAST_BOX
      this.marks.push(isBox ? drawn : { ...this.from, width: 0, height: 0 })
      this.from = null
      box.hidden = true
      this.draw()
    }
    frame.onpointercancel = () => {
      this.from = null
      box.hidden = true
    }
  }

  leave() {
    window.removeEventListener("keydown", this.onKey, true)
    clearTimeout(this.timer)
    if (this.unsent.length) this.deliver()
  }
}

export default function (component) {
  const { data, parentElement, setStateValue } = component
  if (!mounted.has(parentElement)) mounted.set(parentElement, new Reviewer(parentElement))
  const reviewer = mounted.get(parentElement)
  reviewer.update(data, (sent) => setStateValue("sent", sent))
  return () => {
    reviewer.leave()
    mounted.delete(parentElement)
  }
}
