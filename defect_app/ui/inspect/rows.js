// The table of judged photos: one row a photo, the shown one marked, a click or Enter opens it; printed whole.

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const table = parentElement.querySelector(".inspect-rows")
  const open = (number) => setTriggerValue("opened", { number, at: Date.now() })
  const drawn = JSON.stringify(data)
  if (table.drawn === drawn) {
    table.open = open
    return
  }
  table.drawn = drawn
  table.open = open
  const shown = table.querySelector("[aria-current]")?.dataset.number
  table.setAttribute("aria-label", data.alt)
  table.replaceChildren(head(data.headings), body(data.rows, table))
  table.querySelector(`tr[data-number="${shown}"]`)?.setAttribute("aria-current", "true")
}

function element(tag, className, text) {
  const made = document.createElement(tag)
  if (className) made.className = className
  if (text !== undefined) made.textContent = text
  return made
}

function head(headings) {
  const row = element("tr")
  for (const [name, title] of headings) {
    const cell = element("th", name, title)
    cell.scope = "col"
    row.append(cell)
  }
  const top = element("thead")
  top.append(row)
  return top
}

function body(rows, table) {
  const all = element("tbody")
  for (const row of rows) all.append(drawRow(row, table))
  return all
}

function drawRow(row, table) {
  const line = element("tr", row.judged ? "judged" : "")
  line.dataset.number = row.number
  line.append(element("td", "number", row.number), photo(row), name(row, table))
  line.append(element("td", `verdict ${row.colour}`, row.verdict), score(row))
  line.append(element("td", "label", row.label), element("td", "reason", row.reason))
  if (row.judged) line.onclick = () => table.open(row.number)
  return line
}

function photo(row) {
  const cell = element("td", "photo")
  if (row.photo) {
    const picture = element("img")
    picture.src = row.photo
    picture.alt = ""
    picture.loading = "lazy"
    cell.append(picture)
  }
  return cell
}

function name(row, table) {
  const cell = element("td", "file")
  if (!row.judged) {
    cell.textContent = row.file
  } else {
    const button = element("button", "", row.file)
    button.type = "button"
    button.onclick = (event) => {
      event.stopPropagation()
      table.open(row.number)
    }
    cell.append(button)
  }
  cell.title = row.name
  return cell
}

function score(row) {
  const cell = element("td", "score")
  if (row.score === null) return cell
  const bar = element("span", "bar")
  bar.style.setProperty("--share", `${100 * Math.min(1, Math.max(0, row.score))}%`)
  cell.append(bar, element("span", "", row.score.toFixed(3)))
  return cell
}
