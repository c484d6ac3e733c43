// Signs pushes, one JSON line each, as mallcheck signer --push writes them: mallcheck signer --push -- node push.mjs
import {createHmac} from 'node:crypto'
import {createInterface} from 'node:readline'

for await (const line of createInterface({input: process.stdin})) {
  const vector = JSON.parse(line)
  try {
    const bytes = vector.bodyHex ? Buffer.from(vector.bodyHex, 'hex') : Buffer.from(vector.body)
    const body = JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(bytes))
    const members = Object.keys(body).sort().map((name) => JSON.stringify(name) + ':' + JSON.stringify(body[name]))
    const {'x-lf-notification-version': version, 'x-lf-algo': algorithm, 'x-lf-timestamp': timestamp} = vector.headers
    const text = [`{${members.join(',')}}`, version, algorithm, timestamp].join(':')
    console.log(vector.keyId + '/' + createHmac('sha1', Buffer.from(vector.key, 'hex')).update(text).digest('base64'))
  } catch (problem) {
    console.log('error: ' + problem.name)
  }
}
