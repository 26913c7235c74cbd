// The matrix of verdicts and the figures beside the histogram: laid out once, then only their texts follow.

const FIGURES = [
  ["escapes", "Escapes", "defective parts passed"],
  ["falseRejects", "False rejects", "good parts rejected"],
  ["reviews", "To review", "a person looks"],
  ["cost", "Cost", "of all three, in money"],
]

const amount = (value) => value.toLocaleString("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const perThousand = ({ value, low, high }) =>
  Number.isNaN(value) ? "cannot be told" : `${amount(value)} (${amount(low)} to ${amount(high)})`
const sum = (row) => row[0] + row[1] + row[2]

function cell(row, kind, text, className = "") {
  const made = document.createElement(kind)
  made.textContent = text
  made.className = className
  row.append(made)
  return made
}

function small(text) {
  return Object.assign(document.createElement("small"), { textContent: text })
}

class Readouts {
  constructor(root) {
    this.matrix = root.querySelector(".matrix")
    this.figures = root.querySelector(".figures")
  }

  /** Lay out the rows of both tables. */
  lay(data, classes) {
    this.data = data
    const head = this.emptied(this.matrix)
    cell(head, "th", data.words)
    for (const verdict of VERDICTS) cell(head, "th", verdict, `verdict ${verdict.toLowerCase()}`)
    this.rows = []
    for (const role of ["good", "defective"]) {
      const held = classes.filter((c) => c.role === role)
      this.layRow(`Actual ${role}`, held, role, true)
      // The severity split: what becomes of each kind of defect.
      if (held.length > 1) for (const one of held) this.layRow(one.title, [one], role, false)
    }
    const titles = this.emptied(this.figures)
    for (const title of ["figure", "photos", "rate", `${data.confidence} % interval`, "per 1,000 parts"]) cell(titles, "th", title)
    this.told = {}
    for (const [name, title, said] of FIGURES) {
      const row = this.figures.tBodies[0].insertRow()
      row.className = name
      cell(row, "td", title).append(small(said))
      this.told[name] = [1, 2, 3, 4].map(() => cell(row, "td", ""))
    }
  }

  emptied(table) {
    const head = document.createElement("tr")
    table.tHead.replaceChildren(head)
    table.tBodies[0].replaceChildren()
    return head
  }

  layRow(title, classes, role, whole_role) {
    const row = this.matrix.tBodies[0].insertRow()
    row.className = whole_role ? "role" : "severity"
    cell(row, "td", title)
    const cells = VERDICTS.map((_, column) => {
      const wrong = column === (role === "good" ? 2 : 0)
      const made = cell(row, "td", "", wrong ? "mistake" : "")
      made.style.setProperty("--mistake", `var(--${role})`)
      return made
    })
    this.rows.push({ classes, cells, role, whole_role })
  }

  /** Write the figures at two lines, and return escapes, false rejects and reviews as proportions. */
  follow(lines) {
    const { z, defectRate, costs } = this.data
    const counted = {}
    for (const { classes, cells, role, whole_role } of this.rows) {
      const counts = total(classes.map((c) => verdictRow(c.scores, lines)))
      if (whole_role) counted[role] = counts
      this.writeRow(cells, counts, whole_role)
    }
    const { good, defective } = counted
    const perParts = lineFigures(good, defective, defectRate, costs, z)
    const told = {
      escapes: proportion(defective[0], sum(defective), z),
      falseRejects: proportion(good[2], sum(good), z),
      reviews: proportion(good[1] + defective[1], sum(good) + sum(defective), z),
    }
    for (const [name, p] of Object.entries(told)) {
      const texts = p.n
        ? [`${whole(p.count)} of ${whole(p.n)}`, `${percent(p.rate)} %`, `${percent(p.low)} to ${percent(p.high)} %`]
        : ["no such photos", "", ""]
      this.write(name, [...texts, perThousand(perParts[name])])
    }
    this.write("cost", ["", "", "", perThousand(perParts.cost)])
    return told
  }

  writeRow(cells, counts, with_share) {
    const n = sum(counts)
    cells.forEach((made, column) => {
      made.textContent = whole(counts[column])
      made.classList.toggle("none", !counts[column])
      if (with_share && n) made.append(small(`${percent(counts[column] / n)} %`))
    })
  }

  write(name, texts) {
    this.told[name].forEach((made, i) => {
      made.textContent = texts[i]
    })
  }
}
