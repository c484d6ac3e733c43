// A push receiver with Express: verify first, then act once per order.
//
//     npm install
//     PUSH_KEYS=key-1:00112233445566778899aabbccddeeff PORT=8000 node receiver.mjs
//
// GET /count prints how many pushes have taken effect, for mallcheck receiver --count. POST /fail has the next push fail
// before it is recorded, for --fail, as a database that is away would. POST /slow?seconds=7 has the recording of the next
// push take that long, for --slow, as a busy database would.
// MISTAKE=name makes one of the mistakes that people make, to see the check that catches it.
import {createHmac, timingSafeEqual} from 'node:crypto'
import {setTimeout as sleep} from 'node:timers/promises'
import express from 'express'

const keys = new Map(process.env.PUSH_KEYS.split(',').map((entry) => {
  const [id, digits] = entry.split(':')
  return [id, Buffer.from(digits, 'hex')]
}))
const tolerance = 5 * 60 * 1000 // milliseconds
const mistake = process.env.MISTAKE ?? ''

const done = new Set() // orders whose top-up has been recorded; a table with a unique key in a real system
let effects = 0
let failing = false
let slow = 0 // milliseconds that the next recording takes

// The body as compact JSON with only its top-level members sorted, then the headers.
function signedText(body, raw, version, algorithm, timestamp) {
  const names = mistake === 'members-not-sorted' ? Object.keys(body) : Object.keys(body).sort()
  const members = names.map((name) => JSON.stringify(name) + ':' + JSON.stringify(body[name]))
  let text = '{' + members.join(',') + '}'
  if (mistake === 'white-space-kept') text = raw.toString()
  if (mistake === 'latin1-signed') text = Buffer.from(text, 'latin1').toString('latin1')
  return text + ':' + [version, algorithm, timestamp].join(':')
}

function equal(a, b) {
  const [x, y] = [Buffer.from(a), Buffer.from(b)]
  return x.length === y.length && timingSafeEqual(x, y)
}

// Returns why the push is refused, or nothing.
function problemOf(request, body) {
  const header = (name) => request.get('x-lf-' + name) ?? ''
  const [version, algorithm, timestamp, signature] = ['notification-version', 'algo', 'timestamp', 'signature'].map(header)
  if (mistake === 'nothing-verified') return
  if (mistake === 'timestamp-optional' && !timestamp) return
  if (!version || !algorithm || !timestamp || !signature) return 'a header is missing'
  if (mistake === 'algorithm-case-compared' ? algorithm !== 'HMAC-SHA1' : algorithm.toUpperCase() !== 'HMAC-SHA1') return 'unknown algorithm'
  if (mistake !== 'clock-ignored' && Math.abs(Date.now() - Number(timestamp)) > tolerance) return 'the timestamp is too far from the clock'
  const slash = signature.indexOf('/')
  if (slash < 0 && mistake === 'malformed-signature-accepted') return
  const [keyId, given] = [signature.slice(0, slash), signature.slice(slash + 1)]
  const key = keys.get(keyId)
  if (!key && mistake === 'unknown-key-trusted') return
  if (!key || (mistake === 'first-key-only' && keyId !== [...keys.keys()][0])) return 'unknown key'
  const right = (text) => createHmac('sha1', key).update(text, mistake === 'latin1-signed' ? 'latin1' : 'utf8').digest('base64')
  if (mistake === 'headers-alone-accepted' && equal(right([version, algorithm, timestamp].join(':')), given)) return
  if (mistake === 'timestamp-not-signed' && equal(right(signedText(body, request.body, version, algorithm, timestamp).replace(/:[^:]*$/, '')), given)) return
  if (!equal(right(signedText(body, request.body, version, algorithm, timestamp)), given)) return 'the signature is wrong'
}

// Records a top-up once, however often the push arrives. Returns whether it was new.
async function record(order, response) {
  if (failing) {
    failing = false
    if (mistake === 'remembered-before-acted') done.add(order) // the repetition will be taken for known
    throw new Error('the database is away')
  }
  if (slow) {
    const delay = slow
    slow = 0
    if (mistake === 'given-up-with-the-connection') done.add(order)
    await sleep(delay)
    if (mistake === 'given-up-with-the-connection' && response.destroyed) return false
  }
  const known = done.has(order)
  if (mistake === 'checked-then-acted') await sleep(50) // another request finds the order new meanwhile
  done.add(order)
  if (!known) effects++
  return !known
}

const app = express()
app.disable('x-powered-by')
app.use('/push', express.raw({type: mistake === 'any-media-type-accepted' ? () => true : 'application/json', limit: '1mb'}))
const route = mistake === 'any-method-accepted' ? app.all.bind(app) : app.post.bind(app)
route('/push', async (request, response) => {
  if (!Buffer.isBuffer(request.body)) return response.status(415).json({operateCode: 'F', message: 'send application/json'})
  let body
  try {
    body = JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(request.body))
  } catch (error) {
    if (mistake === 'malformed-crashes') throw error
    return response.status(400).json({operateCode: 'F', message: 'the body is not JSON'})
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return response.status(400).json({operateCode: 'F', message: 'the body is not a JSON object'})
  }
  let problem
  try {
    problem = problemOf(request, body)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return response.status(400).json({operateCode: 'F', message: 'the body is nested too deep'})
  }
  if (problem) return response.status(401).json({operateCode: 'F', message: problem})
  const isNew = await record(mistake === 'keyed-by-signature' ? request.get('x-lf-signature') : body.orderNo, response)
  if (!isNew && mistake === 'repetition-refused') return response.status(409).json({operateCode: 'F', message: 'already known'})
  response.json({operateCode: 'S', message: 'success'})
})
app.get('/count', (_, response) => response.send(String(effects)))
app.post('/fail', (_, response) => {
  failing = true
  response.send('the next push fails')
})
app.post('/slow', (request, response) => {
  slow = Number(request.query.seconds) * 1000
  response.send('the next push takes long')
})
app.all('/push', (_, response) => response.status(405).json({operateCode: 'F', message: 'send a POST'}))
app.use((error, _, response, next) => {
  if (response.headersSent) return next(error)
  response.status(error.status ?? 500).json({operateCode: 'F', message: 'the request failed'})
})
app.listen(Number(process.env.PORT ?? 8000), '127.0.0.1')
