// A client of the mall with fetch: buys a plan, reports one that was paid elsewhere, and adds SIM cards to a group.
//
//     mallcheck judge --scenarios all -- node client.mjs
//
// It finds the mall in the environment (MALL_VSHOP_URL and so on) and exits with 0 only if all went well.
// MISTAKE=name makes one of the mistakes that people make, to see the check that catches it.
import { createHash, randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { listen } from './push.mjs'

const { MALL_PARTNER_CODE: partnerCode, MALL_SIM: sim, MALL_UNKNOWN_SIM: unknownSims, MALL_GROUP: group, MISTAKE: mistake } = process.env
const requestIdHeader = process.env.MALL_REQUEST_ID_HEADER ?? 'request_id'
const { MALL_SIGN_PARTS: signParts = 'query,path,body', MALL_SIGN_EMPTY: signEmpty } = process.env
const base = { vshop: process.env.MALL_VSHOP_URL, payment: process.env.MALL_PAYMENT_URL, topup: process.env.MALL_TOPUP_URL }
const attempts = 3
const made = (name) => mistake === name

class Refused extends Error {} // the mall said no
class Unknown extends Error {} // nobody knows whether the mall did it
class Odd extends Error {} // the answer is about something else

// signContent is the text that is signed: all parameters that are not empty, in the order of their names.
function signContent (parameters) {
  const empty = (value) => value === '' || (value == null && signEmpty !== 'string')
  let names = Object.keys(parameters).filter((name) => made('empty-values-signed') || !empty(parameters[name]))
  if (!made('in-order-of-sending')) names = names.sort()
  const text = JSON.stringify(Object.fromEntries(names.map((name) => [name, parameters[name]])))
  if (made('slashes-escaped')) return text.replaceAll('/', '\\/')
  return made('non-ascii-escaped') ? text.replace(/[^ -~]/g, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0')) : text
}

const signOf = (parameters) => {
  const sign = createHash('md5').update(signContent(parameters)).digest('hex')
  return made('upper-case-sign') ? sign.toUpperCase() : sign
}

// request returns what fetch needs for one signed request.
function request (method, service, path, own, inPath) {
  const parameters = { version: '3.0', partnerCode, ...own }
  parameters.sign = signOf(made('path-not-signed') || !signParts.includes('path') ? parameters : { ...parameters, ...inPath })
  const url = base[made('one-address') ? 'topup' : service] + path.replace(/{(\w+)}/g, (_, name) => encodeURIComponent(inPath[name]))
  if (method === 'GET') return [`${url}?${new URLSearchParams(parameters)}`, {}]
  const headers = made('media-type-left-out') ? {} : { 'Content-Type': 'application/json' }
  return [url, { method, headers, body: JSON.stringify(parameters) }]
}

// send returns data and headers of a success. What reads is repeated; so is what the mall asks to send later.
async function send (method, service, path, own, { inPath = {}, reads = method === 'GET', bare = false } = {}) {
  for (let attempt = 1; ; attempt++) {
    let problem, pause = 250 * 2 ** attempt
    try {
      const [url, options] = request(method, service, path, own, inPath)
      const response = await fetch(url, { ...options, signal: AbortSignal.timeout(10_000) })
      const text = await response.text()
      if (response.status === 429 || response.status === 503) {
        problem = new Unknown(`HTTP ${response.status}`)
        if (!made('retry-after-ignored')) pause = 1000 * Number(response.headers.get('Retry-After') ?? 0.5)
        reads = true // nothing was done
      } else if (response.status >= 500) {
        problem = new Unknown(`HTTP ${response.status}`)
      } else {
        return { data: opened(response, text, bare), headers: response.headers }
      }
    } catch (failure) {
      if (failure instanceof Refused || failure instanceof Odd) throw failure
      problem = new Unknown(failure.cause?.message ?? failure.message)
    }
    if (made('given-up-never')) reads = true
    if ((!reads && !made('everything-repeated')) || (attempt === attempts && !made('given-up-never'))) throw problem
    await sleep(Math.min(pause, 2000))
  }
}

// opened returns the data of a success.
function opened (response, text, bare) {
  let answer
  try {
    answer = JSON.parse(text)
  } catch {
    throw new Odd(`no JSON: HTTP ${response.status}`)
  }
  if (made('text-searched')) return text.includes('"operateCode":"S"') ? answer.data : fail(answer)
  if (answer.operateCode === undefined && bare && response.status === 200) return answer
  if (made('status-alone') ? response.status !== 200 : answer.operateCode !== 'S') fail(answer)
  return answer.data ?? {}
}

function fail (answer) {
  throw new Refused(`${answer.operateCode}: ${answer.message}`)
}

const now = () => String(Date.now())
const vshop = (operation, own, options) => send('POST', 'vshop', '/' + operation,
  { deviceCode: sim, languageCode: '1', mark: '0', terminal: '1', tradeTime: now(), tradeType: operation, ...own }, options).then((got) => got.data)
const pay = (operation, own, options) => send('POST', 'payment', '/' + operation, { tradeTime: now(), tradeType: operation, ...own }, options).then((got) => got.data)

// sameMoney compares decimal numbers as numbers, without a float.
const plain = (amount) => String(amount).includes('.') ? String(amount).replace(/0+$/, '').replace(/\.$/, '') : String(amount)
const sameMoney = (a, b) => plain(a) === plain(b)

// check compares an answer with what was asked.
function check (what, ...pairs) {
  if (made('answers-not-compared') || made('status-alone')) return
  for (const [got, wanted] of pairs) if (got !== wanted) throw new Odd(`${what}: ${got} instead of ${wanted}`)
}

function checkMoney (what, data, order) {
  const [amount, currency] = [data.payAmount ?? data.pay_amount, data.payCurrency ?? data.pay_currency]
  check(what, [sameMoney(amount, order.payAmount), true], [currency.toLowerCase(), order.payCurrency.toLowerCase()])
}

async function findOrder (order) {
  const keys = made('all-keys-sent') ? { purchase_order_id: '', order_id: order.orderNo, sim_id: sim } : { order_id: order.orderNo }
  const { data } = await send('GET', 'topup', '/mall/order', keys)
  check('look-up', [data.order_id, order.orderNo], [data.pay_id, order.payId])
  checkMoney('look-up', data, order)
}

const number = () => now() + String(randomInt(1e6)).padStart(6, '0')
let orders = 0

function orderOf (plan) {
  const orderNo = made('one-number') ? '20261101' : number()
  const order = { orderNo, payId: made('one-pay-id') ? 'P20261101' : partnerCode + orderNo, packageCode: plan.packageCode, payAmount: plan.payAmount, payCurrency: plan.payCurrency, orderPeriod: '1', autoRenewal: '0' }
  if (made('amount-as-number')) order.payAmount = Number(order.payAmount)
  if (made('price-converted')) Object.assign(order, { payAmount: '4.63', payCurrency: 'EUR' })
  if (++orders > 1 && made('one-number')) order.orderPeriod = '2'
  return order
}

// place sends an order until it is known to exist, always under one number.
async function place (operation, plan, more) {
  let order = { ...orderOf(plan), ...more }
  for (let attempt = 1; ; attempt++) {
    try {
      const data = await vshop(operation, order, { bare: true })
      check('order', [data.orderNo, order.orderNo], [data.payId, order.payId])
      return order
    } catch (problem) {
      if (made('refused-order-repeated') && problem instanceof Refused && attempt < attempts) continue
      if (!(problem instanceof Unknown) || attempt === attempts) throw problem
    }
    if (made('new-number-on-retry')) {
      order = { ...orderOf(plan), ...more }
      continue
    }
    try {
      await findOrder(order)
      return order
    } catch (problem) {
      if (!(problem instanceof Refused)) throw problem
    }
  }
}

async function buy (plan, pushes) {
  const order = await place('singleOrder', plan, { servicePlanShowName: plan.servicePlanShowName, requestOrderId: 'https://shop.example/1' })
  const payAmount = made('cents-dropped') ? String(Math.floor(order.payAmount)) : order.payAmount
  const payId = made('order-number-as-pay-id') ? order.orderNo : order.payId
  const authorized = await pay('stripeSingleAuthorization', { payId, payAmount, payCurrency: order.payCurrency, email: 'buyer@example.com', pm_id: 'pm_card_visa' })
  check('authorization', [authorized.payId, order.payId])
  checkMoney('authorization', authorized, order)
  if (made('payment-taken-for-done')) return
  let paid = await pay('confirmPaymentResult', { payId: order.payId }, { reads: true })
  for (let asked = 0; paid.payStatus === '0' && asked < 20; asked++) {
    await sleep(250)
    paid = await pay('resultQuery', { payId: order.payId }, { reads: true })
  }
  check('payment', [paid.payId, order.payId])
  checkMoney('payment', paid, order)
  if (made('declined-overlooked')) return
  if (paid.payStatus !== '1' && !made('status-alone')) throw new Refused(`payStatus ${paid.payStatus}`)
  await findOrder(order)
  const push = await pushes.of(order.orderNo)
  if (push) {
    check('push', [push.payId, order.payId])
    checkMoney('push', push, order)
  }
}

async function reportPaid (plan) {
  await place('synPartner/SynOrderInfo', plan, { languageCode: '', orgOrderId: '', payAccount: '1', payRst: 'SUCCESS', payStatus: '1', payType: '3', payResultDate: made('iso-date') ? new Date().toISOString() : '2026-11-01 09:30:00' })
}

// add adds SIM cards, one of which does not exist, and reads the result to its end.
async function add () {
  const sims = [sim, unknownSims.split(',')[0]]
  let accepted
  for (let attempt = 1; !accepted; attempt++) {
    try {
      accepted = await send('POST', 'topup', '/mall/bundle-groups/{group_id}/sims', { sim_ids: sims }, { inPath: { group_id: group } })
    } catch (problem) {
      if (!made('added-again') || attempt === attempts) throw problem
    }
  }
  const requestId = made('id-from-the-body') ? String(accepted.data.request_id) : accepted.headers.get(requestIdHeader)
  if (made('result-not-read')) return
  const inPath = { request_id: requestId }
  let result, more = made('one-look-too-many') ? 1 : 0
  for (let asked = 0; ; asked++) {
    result = (await send('GET', 'topup', '/async-result/{request_id}', {}, { inPath })).data
    check('result', [result.request_id, requestId], [result.action_code, '70'])
    const ended = result.status === 'completed'
    if ((ended && more-- === 0) || made('asked-once') || asked === 60) break
    await sleep(made('busy-loop') ? 0 : 250)
  }
  if (made('asked-once') || made('details-ignored') || made('status-alone')) return
  const outcome = Object.fromEntries(result.details.map((detail) => [detail.sim_id, detail.result]))
  if (Object.keys(outcome).sort().join() !== [...sims].sort().join()) throw new Odd('the details are about other SIM cards')
  if (outcome[sims[0]] !== '10') throw new Refused(`the SIM card was not added: ${outcome[sims[0]]}`)
  if (outcome[sims[1]] === '10') throw new Odd('a SIM card that does not exist was added')
}

async function main () {
  const pushes = await listen(process.env.MALL_PUSH_LISTEN, process.env.MALL_PUSH_KEY, mistake)
  if (made('helper-left')) (await import('node:child_process')).spawn('sleep', ['30'], { detached: true, stdio: 'ignore' }).unref()
  await vshop('singleVerify', { url: 'https://shop.example/欧洲', ...(made('camel-and-snake') && { device_code: sim }) }, { reads: true })
  const { servicePlanList: plans } = await vshop('singleServicePlanPage', {}, { reads: true })
  const plan = plans.find((one) => one.packageCode === process.env.MALL_PACKAGE) ?? plans[0]
  if (made('package-of-its-own')) plan.packageCode = 'PACKAGE20180428000009'
  await buy(plan, pushes)
  await reportPaid(plan)
  await add()
  pushes.close()
}

main().then(() => process.exit(0), (problem) => {
  console.error(`${problem.constructor.name}: ${problem.message}`)
  process.exit(1)
})
