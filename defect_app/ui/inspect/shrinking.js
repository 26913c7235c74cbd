// Makes large JPEG photos smaller before they are sent, where the site has asked for it: a tablet on weak Wi-Fi then
// sends tenths of a megabyte a photo instead of megabytes. The file says in a comment what was done to it.

const SHRUNK_FROM_BYTES = 400e3
const SMALLER_BY = 0.75
const QUALITY = 0.95
const LONGEST_RUN_OF_ZEROS = 64

function isLargeJpeg(file) {
  // A folder's files bear their paths, which a file that is made here cannot.
  return file.type === "image/jpeg" && file.size > SHRUNK_FROM_BYTES && !file.webkitRelativePath
}

// Returns the photo with `side` pixels on its shorter side, upright; the file as it is where it is not to be shrunk.
async function shrunk(file, side) {
  if (!side || !isLargeJpeg(file)) return file
  try {
    if (looksDamaged(new Uint8Array(await file.arrayBuffer()))) return file
    const whole = await createImageBitmap(file)
    const scale = side / Math.min(whole.width, whole.height)
    if (scale > SMALLER_BY) return file
    const size = { resizeWidth: Math.round(whole.width * scale), resizeHeight: Math.round(whole.height * scale) }
    const small = await createImageBitmap(whole, { ...size, resizeQuality: "high" })
    const canvas = new OffscreenCanvas(small.width, small.height)
    canvas.getContext("2d", { alpha: false }).drawImage(small, 0, 0)
    const jpeg = await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY })
    const note = `Defect Lens: shrunk in the browser from ${whole.width} x ${whole.height} pixels`
    whole.close()
    small.close()
    return new File(withComment(await jpeg.arrayBuffer(), note), file.name, { type: "image/jpeg" })
  } catch {
    return file // what the browser cannot read the server says
  }
}

// The browser draws a damaged photo without a word, and what is drawn anew looks sound. So it goes as it is where its
// end is missing or a stretch of zeros stands in its scan, and the server refuses it.
function looksDamaged(bytes) {
  const end = bytes.length
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return true
  if (bytes.subarray(Math.max(0, end - 64)).findLastIndex((byte, at, last) => byte === 0xff && last[at + 1] === 0xd9) < 0)
    return true
  let zeros = 0
  for (let at = end >> 3; at < end; at++) {
    zeros = bytes[at] ? 0 : zeros + 1
    if (zeros > LONGEST_RUN_OF_ZEROS) return true
  }
  return false
}

// The parts of a JPEG file with a comment after its first marker.
function withComment(jpeg, text) {
  const said = new TextEncoder().encode(text)
  const length = said.length + 2
  return [jpeg.slice(0, 2), new Uint8Array([0xff, 0xfe, length >> 8, length & 0xff]), said, jpeg.slice(2)]
}
