// Counts, intervals and money at two thresholds, in the browser: the rule of defect_app/decision/verdict.py and the
// formulas of defect_app/evaluation (intervals.py, line.py) on scores that were sorted once. A move costs two searches
// a class.

export const PARTS = 1000

/** Decode little-endian float64 numbers from base64. */
export function decode(text) {
  return new Float64Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer)
}

/** The first of so many places from which on a test holds. */
function firstPlace(length, holds) {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/** Count the ascending scores that are numbers: sorting puts NaN last. */
export function numbers(ascending) {
  return firstPlace(ascending.length, (i) => Number.isNaN(ascending[i]))
}

/** Count the ascending scores that reach a threshold: score >= threshold, which no NaN does. */
export function reached(ascending, threshold) {
  const length = numbers(ascending)
  return length - firstPlace(length, (i) => ascending[i] >= threshold)
}

/** Count PASS, REVIEW and REJECT among ascending scores; NaN goes to review. */
export function verdictRow(ascending, lines) {
  const fromReview = reached(ascending, lines.review)
  const fromReject = reached(ascending, lines.reject)
  const length = numbers(ascending)
  return [length - fromReview, fromReview - fromReject + ascending.length - length, fromReject]
}

/** A threshold with all the digits that decide, as threshold_text of defect_app/decision writes it. */
export const thresholdText = (threshold) => String(threshold)

/** Add rows of counts. */
export function total(rows) {
  return rows.reduce((sum, row) => sum.map((value, i) => value + row[i]), [0, 0, 0])
}

/** A count out of n with its Wilson score interval; z is the normal quantile of the confidence. */
export function proportion(count, n, z) {
  if (!n) return { count, n, rate: NaN, low: 0, high: 1 }
  const share = count / n
  const centre = (share + (z * z) / (2 * n)) / (1 + (z * z) / n)
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n))
  const low = count > 0 ? Math.max(0, centre - half) : 0
  const high = count < n ? Math.min(1, centre + half) : 1
  return { count, n, rate: share, low, high }
}

/** A sum of [weight, proportion] terms with its interval; the value is NaN where a rate cannot be told. */
export function weightedSum(terms) {
  const held = terms.filter(([weight]) => weight > 0)
  const rate = (p) => (p.n ? p.rate : 0.5)
  const sum = (term) => held.reduce((so_far, [weight, p]) => so_far + term(weight, p), 0)
  const centre = sum((weight, p) => weight * rate(p))
  const below = Math.sqrt(sum((weight, p) => (weight * (rate(p) - p.low)) ** 2))
  const above = Math.sqrt(sum((weight, p) => (weight * (p.high - rate(p))) ** 2))
  return { value: sum((weight, p) => weight * p.rate), low: Math.max(0, centre - below), high: centre + above }
}

/** What 1,000 parts of a line meet, of the rows [pass, review, reject] of good and of defective parts. */
export function lineFigures(good, defective, defectRate, costs, z) {
  const share = (row, column) => proportion(row[column], row[0] + row[1] + row[2], z)
  const goodParts = PARTS * (1 - defectRate)
  const badParts = PARTS * defectRate
  return {
    escapes: weightedSum([[badParts, share(defective, 0)]]),
    falseRejects: weightedSum([[goodParts, share(good, 2)]]),
    reviews: weightedSum([[goodParts, share(good, 1)], [badParts, share(defective, 1)]]),
    cost: weightedSum([
      [badParts * costs.missed_defect, share(defective, 0)],
      [goodParts * costs.false_reject, share(good, 2)],
      [goodParts * costs.human_review, share(good, 1)],
      [badParts * costs.human_review, share(defective, 1)],
    ]),
  }
}

/** A share as percent with one decimal; what is not all does not read as "100.0". */
export function percent(share) {
  const shown = (100 * share).toFixed(1)
  return shown === "100.0" && share < 1 ? (Math.floor(10000 * share) / 100).toFixed(2) : shown
}
