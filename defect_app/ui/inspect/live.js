// The camera's stream, judged several times a second through the API: verdict, frame and heat map over the picture.
// A verdict is shown for a second after its picture was taken, and no longer: what lies there now may be another part.

const OLDEST_MS = 1000
const APART_MS = 150
const LONGEST = 960
const STILL = { width: 64, height: 48, moved: 4, another: 12, forMs: 1000 }
const HEAT = [[0, 0, 4], [87, 16, 110], [188, 55, 84], [249, 142, 9], [252, 255, 164]]

export default function (component) {
  const { parentElement } = component
  const root = parentElement.querySelector(".live")
  if (root.session) {
    root.session.component = component
    return root.session.stop
  }
  const session = { component, frozen: false, stopped: false, answer: null, shots: 0 }
  root.session = session
  const video = root.querySelector("video")
  const over = root.querySelector(".over")
  const store = root.querySelector(".store")
  const freeze = root.querySelector(".freeze")
  const still = root.querySelector(".still")
  const data = () => session.component.data

  const say = (state, word, reason, colour = "") => {
    if (root.dataset.state !== state) root.dataset.state = state
    if (root.dataset.colour !== colour) root.dataset.colour = colour
    for (const [place, text] of [[".word", word], [".reason", reason]]) {
      const element = root.querySelector(place)
      if (element.textContent !== text) element.textContent = text
    }
  }

  const start = async () => {
    if (session.stream || session.stopped || document.hidden) return
    if (!navigator.mediaDevices?.getUserMedia) return say("no_camera", "No camera", data().words.noCamera)
    try {
      const wish = { video: { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } }, audio: false }
      const stream = await navigator.mediaDevices.getUserMedia(wish)
      if (session.stopped || document.hidden) return stream.getTracks().forEach((track) => track.stop())
      session.stream = stream
      video.srcObject = stream
      say("starting", "…", data().words.starting)
      follow()
    } catch (error) {
      say("no_camera", "No camera", `${data().words.noCamera} (${error.name})`)
    }
  }
  const end = () => {
    session.stream?.getTracks().forEach((track) => track.stop())
    session.stream = null
    session.answer = null
    session.asking?.abort()
  }

  const follow = async () => {
    const stream = session.stream
    while (session.stream === stream && stream && !session.stopped) {
      const began = performance.now()
      if (!session.frozen && video.videoWidth) {
        try {
          await ask()
        } catch (error) {
          if (error.name !== "AbortError") session.answer = { failed: String(error.message || error) }
          await wait(700)
        }
      }
      await wait(Math.max(20, APART_MS - (performance.now() - began)))
    }
  }

  const ask = async () => {
    const takenAt = performance.now()
    const picture = taken(video, Math.min(1, LONGEST / Math.max(video.videoWidth, video.videoHeight)))
    const parts = data().frames.length ? data().frames : [[0, 0, 1, 1]]
    const body = new FormData()
    for (const [place, part] of parts.entries()) body.append("files", await blobOf(cut(picture, part), 0.88), `live-${place}.jpg`)
    session.asking = new AbortController()
    const giveUp = setTimeout(() => session.asking.abort(new DOMException("no answer within 3 seconds", "TimeoutError")), 3000)
    let records
    try {
      const answer = await fetch(address(data()), { method: "POST", body, signal: session.asking.signal, credentials: "same-origin" })
      if (!answer.ok) throw new Error(await problemOf(answer))
      records = await answer.json()
    } finally {
      clearTimeout(giveUp)
    }
    if (session.frozen) return
    const worst = records.reduce((one, other) => (rank(other, data()) < rank(one, data()) ? other : one))
    session.answer = { takenAt, worst, records, parts, width: picture.width, height: picture.height }
    session.times = [...(session.times || []), performance.now()].slice(-12)
    notice(picture)
  }

  // Stores by itself when nothing moves for a second, once for each part.
  const notice = (picture) => {
    const small = canvasOf(STILL.width, STILL.height)
    const context = small.getContext("2d", { willReadFrequently: true })
    context.drawImage(picture, 0, 0, STILL.width, STILL.height)
    const grey = context.getImageData(0, 0, STILL.width, STILL.height).data.filter((_, place) => place % 4 === 1)
    const now = performance.now()
    if (!session.grey || difference(grey, session.grey) > STILL.moved) session.movedAt = now
    session.grey = grey
    if (!still.checked || now - session.movedAt < STILL.forMs) return
    if (session.storedGrey && difference(grey, session.storedGrey) < STILL.another) return
    session.storedGrey = grey
    shoot()
  }

  const shoot = async () => {
    if (store.disabled || !(video.videoWidth || session.held)) return
    const picture = session.frozen && session.held ? session.held : taken(video, 1)
    store.disabled = true
    const blob = await blobOf(picture, 0.92)
    const bytes = new Uint8Array(await blob.arrayBuffer())
    session.shots += 1
    session.component.setTriggerValue("shot", { id: `${Date.now()}-${session.shots}`, jpeg: base64(bytes) })
    setTimeout(() => (store.disabled = false), 700)
  }

  const setFrozen = (frozen) => {
    if (frozen && !video.videoWidth) return
    session.frozen = frozen
    session.held = frozen ? taken(video, 1) : null
    session.heldVerdict = frozen && session.answer && fresh(session) ? session.answer : null
    freeze.setAttribute("aria-pressed", String(frozen))
    if (frozen) video.pause()
    else video.play()
  }

  const draw = () => {
    if (session.stopped) return
    guide(root.querySelector(".guide"), data().widthByHeight, video)
    const answer = session.frozen ? session.heldVerdict : session.answer
    const words = data().words
    if (!session.stream) {
      over.width = over.height = 0
      if (document.hidden) say("hidden", "Paused", words.hidden)
    } else if (session.answer?.failed && !session.frozen) {
      over.width = over.height = 0
      say("away", "No verdict", `${words.away} ${session.answer.failed}`)
    } else if (session.frozen) {
      const verdict = answer && data().looks[answer.worst.verdict]
      if (verdict) {
        overlay(over, answer, video)
        say("frozen", `Frozen: ${verdict.word}`, answer.worst.reason, verdict.colour)
      } else {
        say("frozen", "Frozen", words.frozen)
      }
    } else if (!answer || !fresh(session)) {
      over.width = over.height = 0
      if (answer) say("waiting", "…", words.waiting)
    } else {
      const verdict = data().looks[answer.worst.verdict]
      overlay(over, answer, video)
      say("judged", verdict.word, answer.worst.reason, verdict.colour)
    }
    root.querySelector(".speed").textContent = session.stream ? speed(session.times) : ""
  }
  const timer = setInterval(draw, 80)

  const shown = () => (document.hidden ? end() : start())
  const pressed = (event) => {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return
    const own = event.composedPath()[0].closest?.("input, textarea, select, button, a, summary, [contenteditable], [role=dialog]")
    // A choice that is made already has no use for the space bar.
    const isChosen = own?.matches("[role=radio]") && own.ariaChecked === "true"
    if (own && !isChosen) return
    if (event.code === "Space") shoot()
    else if (event.key === "f" || event.key === "F") setFrozen(!session.frozen)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  document.addEventListener("visibilitychange", shown)
  document.addEventListener("keydown", pressed, true)
  store.onclick = shoot
  freeze.onclick = () => setFrozen(!session.frozen)
  session.stop = () => {
    session.stopped = true
    clearInterval(timer)
    document.removeEventListener("visibilitychange", shown)
    document.removeEventListener("keydown", pressed, true)
    end()
    root.session = null
  }
  start()
  return session.stop
}

function fresh(session) {
  return performance.now() - session.answer.takenAt < OLDEST_MS
}

function wait(ms) {
  return new Promise((done) => setTimeout(done, ms))
}

function address({ model }) {
  const base = location.pathname.replace(/[^/]*$/, "")
  return `${base}api/classify?model=${encodeURIComponent(model)}&map=verdict&map_form=numbers&fixed_frames=false`
}

async function problemOf(answer) {
  try {
    const problem = await answer.json()
    return [problem.title, problem.detail].filter(Boolean).join(" ") || `HTTP ${answer.status}`
  } catch {
    return `HTTP ${answer.status}`
  }
}

function rank(record, { order }) {
  const place = order.indexOf(record.verdict)
  return place < 0 ? order.length : place
}

function canvasOf(width, height) {
  const made = document.createElement("canvas")
  made.width = Math.max(1, Math.round(width))
  made.height = Math.max(1, Math.round(height))
  return made
}

function taken(video, scale) {
  const picture = canvasOf(video.videoWidth * scale, video.videoHeight * scale)
  picture.getContext("2d").drawImage(video, 0, 0, picture.width, picture.height)
  return picture
}

function cut(picture, [x, y, width, height]) {
  if (x === 0 && y === 0 && width === 1 && height === 1) return picture
  const part = canvasOf(width * picture.width, height * picture.height)
  part.getContext("2d").drawImage(picture, -x * picture.width, -y * picture.height)
  return part
}

function blobOf(canvas, quality) {
  return new Promise((done, fail) =>
    canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("the picture cannot be encoded"))), "image/jpeg", quality),
  )
}

function base64(bytes) {
  let text = ""
  for (let start = 0; start < bytes.length; start += 0x8000) text += String.fromCharCode(...bytes.subarray(start, start + 0x8000))
  return btoa(text)
}

function difference(one, other) {
  let sum = 0
  for (let place = 0; place < one.length; place += 1) sum += Math.abs(one[place] - other[place])
  return sum / one.length
}

function speed(times = []) {
  if (times.length < 3 || performance.now() - times.at(-1) > 2000) return ""
  return `${((1000 * (times.length - 1)) / (times.at(-1) - times[0])).toFixed(1)} verdicts a second`
}

// Where the video's picture lies in its element, which keeps the picture's shape.
function placeOf(video) {
  const { clientWidth: width, clientHeight: height, videoWidth, videoHeight } = video
  const scale = Math.min(width / (videoWidth || 1), height / (videoHeight || 1))
  const [wide, tall] = [videoWidth * scale, videoHeight * scale]
  return { x: (width - wide) / 2, y: (height - tall) / 2, width: wide, height: tall }
}

function guide(svg, shape, video) {
  const { x, y, width, height } = placeOf(video)
  if (!width) return
  const [wide, tall] = shape * height > width ? [0.88 * width, (0.88 * width) / shape] : [0.88 * height * shape, 0.88 * height]
  const wanted = [x + (width - wide) / 2, y + (height - tall) / 2, wide, tall].map((side) => side.toFixed(1)).join(" ")
  if (svg.dataset.drawn === wanted) return
  svg.dataset.drawn = wanted
  svg.setAttribute("viewBox", `0 0 ${video.clientWidth} ${video.clientHeight}`)
  const [left, top, across, down] = wanted.split(" ")
  svg.replaceChildren(
    ...["dark", "light"].map((name) => {
      const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect")
      rect.setAttribute("class", name)
      for (const [key, value] of Object.entries({ x: left, y: top, width: across, height: down, rx: 6 })) rect.setAttribute(key, value)
      return rect
    }),
  )
}

function overlay(canvas, answer, video) {
  const place = placeOf(video)
  const dense = window.devicePixelRatio || 1
  canvas.width = video.clientWidth * dense
  canvas.height = video.clientHeight * dense
  const context = canvas.getContext("2d")
  context.scale(dense, dense)
  for (const [number, record] of answer.records.entries()) {
    const [x, y, width, height] = answer.parts[number]
    const part = { x: place.x + x * place.width, y: place.y + y * place.height, width: width * place.width, height: height * place.height }
    if (record.map) heat(context, record.map, part, record.verdict === "PASS" ? 0.35 : 1)
    const size = [answer.width * width, answer.height * height]
    const whole = !record.frame || (record.frame[2] >= Math.round(size[0]) - 1 && record.frame[3] >= Math.round(size[1]) - 1)
    if (!whole || answer.parts.length > 1 || width < 1 || height < 1) {
      const [left, top, wide, tall] = record.frame || [0, 0, ...size]
      const sides = [part.x + (left / size[0]) * part.width, part.y + (top / size[1]) * part.height, (wide / size[0]) * part.width, (tall / size[1]) * part.height]
      for (const [line, colour] of [[4, "#000"], [2, "#fff"]]) {
        context.lineWidth = line
        context.strokeStyle = colour
        context.strokeRect(...sides)
      }
    }
  }
}

function heat(context, map, part, strength) {
  const small = canvasOf(map.columns, map.rows)
  const pixels = new ImageData(map.columns, map.rows)
  map.numbers.flat().forEach((value, place) => {
    const at = Math.min(HEAT.length - 1.001, Math.max(0, value) * (HEAT.length - 1))
    const [low, share] = [Math.floor(at), at % 1]
    for (let colour = 0; colour < 3; colour += 1) {
      pixels.data[4 * place + colour] = HEAT[low][colour] + share * (HEAT[low + 1][colour] - HEAT[low][colour])
    }
    pixels.data[4 * place + 3] = 150 * value * strength
  })
  small.getContext("2d").putImageData(pixels, 0, 0)
  context.imageSmoothingEnabled = true
  context.imageSmoothingQuality = "high"
  context.drawImage(small, part.x, part.y, part.width, part.height)
}
