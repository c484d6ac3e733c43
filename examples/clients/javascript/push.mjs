// Receives the pushes of the mall while the client runs: the bytes are verified before anything else.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'

// membersOf divides the text of a JSON object into its top-level members, so that nested values stay as they are.
function membersOf (text) {
  const values = JSON.parse(text)
  return Object.keys(values).sort().map((name) => `${JSON.stringify(name)}:${JSON.stringify(values[name])}`)
}

// listen takes pushes at POST /push; without an address it takes none.
export async function listen (address, key, mistake) {
  const arrived = new Map()
  const waiting = new Map()
  if (!address || !key || mistake === 'no-receiver') return { of: async () => undefined, close () {} }
  const [keyId, digits] = key.split(':')

  function right (headers, body) {
    const signature = headers['x-lf-signature'] ?? ''
    const at = signature.indexOf('/') // the rest may have slashes of its own
    const [id, given] = [signature.slice(0, at), signature.slice(at + 1)]
    const content = mistake === 'push-in-its-own-order' ? JSON.stringify(JSON.parse(body)) : `{${membersOf(body).join(',')}}`
    const text = [content, headers['x-lf-notification-version'], headers['x-lf-algo'], headers['x-lf-timestamp']].join(':')
    const wanted = createHmac('sha1', Buffer.from(digits, 'hex')).update(text).digest()
    const sent = Buffer.from(given, 'base64')
    return id === keyId && sent.length === wanted.length && timingSafeEqual(sent, wanted)
  }

  const server = createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString('utf8')
    let status = 401
    try {
      if (mistake === 'push-trusted' || right(request.headers, body)) {
        const push = JSON.parse(body)
        status = mistake === 'repeated-push-refused' && arrived.has(push.orderNo) ? 409 : 200
        arrived.set(push.orderNo, push)
        waiting.get(push.orderNo)?.(push)
      }
    } catch {
      status = 400
    }
    response.writeHead(status, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify({ operateCode: status === 200 ? 'S' : 'F', message: status === 200 ? 'success' : 'refused' }))
  })
  const [host, port] = address.split(':')
  await new Promise((resolve) => server.listen(Number(port), host, resolve))

  return {
    // of waits for the push of an order.
    of: (orderNo) => new Promise((resolve, reject) => {
      if (arrived.has(orderNo)) return resolve(arrived.get(orderNo))
      waiting.set(orderNo, resolve)
      setTimeout(() => reject(new Error('no push came for the order')), 5000).unref()
    }),
    close: () => server.close()
  }
}
