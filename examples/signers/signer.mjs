// Signs requests, one JSON line each, as mallcheck signer writes them: mallcheck signer -- node signer.mjs
import {createHash} from 'node:crypto'
import {createInterface} from 'node:readline'

for await (const line of createInterface({input: process.stdin})) {
  const vector = JSON.parse(line)
  try {
    const parameters = Object.fromEntries(new URLSearchParams(vector.query ?? ''))
    const template = (vector.template ?? '').split('/')
    const path = vector.path.split('/').slice(-template.length)
    template.forEach((name, i) => {
      if (name.startsWith('{')) parameters[name.slice(1, -1)] = decodeURIComponent(path[i])
    })
    const bytes = vector.bodyHex ? Buffer.from(vector.bodyHex, 'hex') : Buffer.from(vector.body ?? '')
    if (bytes.length > 0) Object.assign(parameters, JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(bytes)))
    const members = Object.keys(parameters).sort()
      .filter((name) => name !== 'sign' && parameters[name] !== '' && parameters[name] !== null)
      .map((name) => JSON.stringify(name) + ':' + JSON.stringify(parameters[name]))
    console.log(createHash('md5').update(`{${members.join(',')}}`).digest('hex'))
  } catch (problem) {
    console.log('error: ' + problem.name)
  }
}
