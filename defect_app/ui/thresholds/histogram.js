// The scores of good parts above the axis and of defective parts below it, with the zones of the verdicts.

const TOP = 82 // two rows of flags and the strip of verdicts
const BOTTOM = 40
const LEFT = 46
const RIGHT = 14
const STRIP = 20
const BINS = 80
const ENDS = 0.0005 // the stretched axis reaches from here to 1 minus this
const SPAN = Math.log((1 - ENDS) / ENDS)
const VERDICTS = ["PASS", "REVIEW", "REJECT"]
const SVG = "http://www.w3.org/2000/svg"

/** Scores to places in 0..1 and back, the digits that a drag gives, and the ticks. */
const AXES = {
  linear: { place: (p) => p, score: (x) => x, digits: 3, ticks: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1] },
  stretched: {
    place: (p) => (p <= ENDS ? 0 : p >= 1 - ENDS ? 1 : (Math.log(p / (1 - p)) + SPAN) / (2 * SPAN)),
    score: (x) => (x <= 0 ? 0 : x >= 1 ? 1 : 1 / (1 + Math.exp(SPAN - 2 * SPAN * x))),
    digits: 4,
    ticks: [0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999],
  },
}

const clamp = (value, low, high) => Math.min(high, Math.max(low, value))
const whole = (count) => count.toLocaleString("en-US")

function svg(name, attributes = {}, text = "") {
  const made = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  if (text) made.textContent = text
  return made
}

/** Photos of a role in each bin of an axis; the last bin holds the scores at its upper end. */
export function binned(classes, role, axis, bins = BINS) {
  const counts = new Array(bins).fill(0)
  for (const one of classes.filter((c) => c.role === role)) {
    let from = numbers(one.scores)
    for (let bin = 0; bin < bins; bin++) {
      const next = bin === bins - 1 ? 0 : reached(one.scores, axis.score((bin + 1) / bins))
      counts[bin] += from - next
      from = next
    }
  }
  return counts
}

class Histogram {
  constructor(plot) {
    this.plot = plot
    this.svg = plot.querySelector("svg")
  }

  /** The horizontal place of a score in pixels. */
  x(score) {
    return LEFT + this.width * this.axis.place(score)
  }

  /** The score at a place in pixels, in the digits of the axis. */
  score(x) {
    return Number(this.axis.score(clamp((x - LEFT) / this.width, 0, 1)).toFixed(this.axis.digits))
  }

  /** Draw all that stays while the lines move; false while there is no room. */
  draw(classes, axis) {
    const box = this.plot.getBoundingClientRect()
    if (box.width < LEFT + RIGHT + 10) return false
    this.axis = axis
    this.width = box.width - LEFT - RIGHT
    this.height = box.height - TOP - BOTTOM
    this.bottom = TOP + this.height
    this.middle = TOP + this.height / 2
    const bins = { good: binned(classes, "good", axis), defective: binned(classes, "defective", axis) }
    const most = Math.max(1, ...bins.good, ...bins.defective)
    const tall = (count) => (Math.log1p(count) / Math.log1p(most)) * (this.height / 2 - 24)
    const zones = this.drawZones()
    const [defs, bars] = this.drawBars(bins, tall)
    this.svg.replaceChildren(defs, ...zones, ...this.drawCounts(most, tall), ...bars, ...this.drawAxis())
    return true
  }

  drawZones() {
    this.zones = VERDICTS.map((verdict) => {
      const look = verdict.toLowerCase()
      return [
        svg("rect", { class: `zone ${look}`, y: TOP, height: this.height }),
        svg("rect", { class: `strip ${look}`, y: TOP - STRIP, height: STRIP }),
        svg("text", { class: "verdict", y: TOP - 6, "text-anchor": "middle" }, verdict),
      ]
    })
    return this.zones.flat()
  }

  drawCounts(most, tall) {
    const marks = []
    for (let count = 1; count <= most; count *= 10) {
      for (const y of [this.middle - tall(count), this.middle + tall(count)]) {
        marks.push(svg("line", { class: "grid", x1: LEFT, x2: LEFT + this.width, y1: y, y2: y }))
        marks.push(svg("text", { x: LEFT - 6, y: y + 4, "text-anchor": "end" }, whole(count)))
      }
    }
    return marks
  }

  /** Draw the bars pale, and once more strong where the verdict is wrong, clipped by the lines. */
  drawBars(bins, tall) {
    const defs = svg("defs")
    const bars = []
    this.clips = {}
    for (const [kind, sign] of [["good", -1], ["defective", 1]]) {
      const d = this.outline(bins[kind], (count) => this.middle + sign * tall(count))
      const clip = svg("clipPath", { id: `wrong-${kind}` })
      this.clips[kind] = svg("rect", { y: TOP, height: this.height })
      clip.append(this.clips[kind])
      defs.append(clip)
      bars.push(svg("path", { class: `bars ${kind}`, d }))
      bars.push(svg("path", { class: `bars wrong ${kind}`, d, "clip-path": `url(#wrong-${kind})` }))
    }
    return [defs, bars]
  }

  outline(counts, level) {
    return counts
      .map((count, bin) => {
        const [from, to] = [bin, bin + 1].map((edge) => LEFT + (this.width * edge) / BINS)
        return count ? `M${from + 0.5},${this.middle}V${level(count).toFixed(1)}H${to - 0.5}V${this.middle}Z` : ""
      })
      .join("")
  }

  drawAxis() {
    const centre = LEFT + this.width / 2
    const text = (y, said) => svg("text", { x: centre, y, "text-anchor": "middle" }, said)
    const marks = [
      svg("line", { class: "axis", x1: LEFT, x2: LEFT + this.width, y1: this.middle, y2: this.middle }),
      text(TOP + 16, "▲ actual good parts"),
      text(this.bottom - 8, "▼ actual defective parts"),
      text(this.bottom + 35, "Score for a defect · height: photos, logarithmic"),
    ]
    for (const tick of this.axis.ticks) {
      const x = this.x(tick)
      marks.push(svg("line", { class: "axis", x1: x, x2: x, y1: this.bottom, y2: this.bottom + 4 }))
      marks.push(svg("text", { x, y: this.bottom + 17, "text-anchor": "middle" }, String(tick)))
    }
    return marks
  }

  /** Let zones and wrong bars follow the lines. */
  follow(lines) {
    const [review, reject, end] = [this.x(lines.review), this.x(lines.reject), LEFT + this.width]
    const edges = [LEFT, review, reject, end]
    this.zones.forEach(([zone, strip, word], i) => {
      const [from, wide] = [edges[i], Math.max(0, edges[i + 1] - edges[i])]
      for (const rect of [zone, strip]) this.spread(rect, from, wide)
      word.setAttribute("x", from + wide / 2)
      word.style.display = wide < 58 ? "none" : ""
    })
    this.spread(this.clips.good, reject, end - reject)
    this.spread(this.clips.defective, LEFT, review - LEFT)
  }

  spread(rect, from, wide) {
    rect.setAttribute("x", from)
    rect.setAttribute("width", Math.max(0, wide))
  }
}
