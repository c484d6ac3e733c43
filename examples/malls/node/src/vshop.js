// The vshop service. Its pages of 2022 print the answers of singleOrder, queryAutoRenewalRecord and
// cancelAutoRenewalRecord without an envelope, and this mall never changed them.
import { Router } from 'express';
import { Refusal, PAID, FAILED } from './store.js';

const DAY = 24 * 60 * 60 * 1000;
const date = (time, separator) => time.toISOString().slice(0, 10).replaceAll('-', separator);

function need(body, ...names) {
  for (const name of names) {
    const value = body[name];
    if (value === undefined || value === '' || typeof value === 'object') throw new Refusal('1001', `${name} is required`);
  }
}

function newOrder(partner, body, purchaseId) {
  need(body, 'deviceCode', 'orderNo', 'payId', 'packageCode', 'payAmount', 'payCurrency');
  if (!/^\d+(\.\d+)?$/.test(body.payAmount)) throw new Refusal('1002', 'payAmount is no amount');
  if (!/^\d+$/.test(body.orderPeriod ?? '1')) throw new Refusal('1002', 'orderPeriod is no number');
  return {
    partner,
    number: String(body.orderNo),
    payId: String(body.payId),
    sim: String(body.deviceCode),
    packageCode: String(body.packageCode),
    amount: String(body.payAmount),
    currency: String(body.payCurrency),
    period: String(body.orderPeriod ?? '1'),
    purchaseId: purchaseId ? String(purchaseId) : '',
  };
}

const named = (order) => ({ deviceCode: order.sim, orderNo: order.number, partnerCode: order.partner, payId: order.payId });

// The orders of a SIM card: what was paid is in effect, one after the other, and what is not in effect yet waits.
function listed(store, partner, sim) {
  const list = [];
  for (const order of store.orders.filter((o) => o.partner === partner && o.sim === sim && o.status !== FAILED)) {
    const entry = { servicePlanShowName: store.packages.get(order.packageCode).name, time: order.period, unit: '2', remainingDays: '30' };
    if (order.effects === 0) list.push({ orderStatus: '1', ...entry, expireDate: null });
    for (let n = 0; n < order.effects; n++) {
      list.push({ orderStatus: '2', ...entry, expireDate: date(new Date(Date.now() + 30 * DAY), '-') });
    }
  }
  return list;
}

export function vshop(store) {
  const router = Router();
  router.post('/singleVerify', (req, res) => {
    need(req.body, 'deviceCode');
    store.knownSim(req.body.deviceCode);
    res.success({ partnerCode: req.partner, deviceCode: req.body.deviceCode, valid: true });
  });
  router.post('/singleServicePlanPage', (req, res) => {
    need(req.body, 'deviceCode');
    store.knownSim(req.body.deviceCode);
    const servicePlanList = [...store.packages].map(([packageCode, p]) => (
      { packageCode, servicePlanCode: p.plan, servicePlanShowName: p.name, payAmount: p.price, payCurrency: p.currency }));
    res.success({ partnerCode: req.partner, deviceCode: req.body.deviceCode, servicePlanList });
  });
  router.post('/singleOrder', async (req, res) => {
    res.json(named(await store.create(newOrder(req.partner, req.body, req.body.requestOrderId))));
  });
  router.post('/synPartner/SynOrderInfo', async (req, res) => {
    need(req.body, 'payRst');
    const order = await store.create(newOrder(req.partner, req.body, req.body.orgOrderId));
    if (req.body.payRst === 'SUCCESS') store.takeEffect(order);
    res.success(named(order));
  });
  router.post('/singleQueryOrder', (req, res) => {
    need(req.body, 'deviceCode');
    store.knownSim(req.body.deviceCode);
    res.success({ partnerCode: req.partner, deviceCode: req.body.deviceCode, orderList: listed(store, req.partner, req.body.deviceCode) });
  });
  router.post('/queryAutoRenewalRecord', (req, res) => {
    need(req.body, 'deviceCode');
    const order = store.renewal(req.partner, req.body.deviceCode);
    res.json({
      ...named(order),
      orderPeriod: order.period,
      packageType: '5',
      servicePlanShowName: store.packages.get(order.packageCode).name,
      subscriptionTime: date(order.paidAt, '.'),
    });
  });
  router.post('/cancelAutoRenewalRecord', (req, res) => {
    need(req.body, 'deviceCode', 'orderNo', 'payId');
    const order = store.renewal(req.partner, req.body.deviceCode);
    const theOne = store.bugs.has('cancel-any') ? order : store.orders.find((o) => o.partner === req.partner && o.renewing
      && o.sim === req.body.deviceCode && o.number === req.body.orderNo && o.payId === req.body.payId);
    if (!theOne) throw new Refusal('1012', 'no such auto-renewal');
    theOne.renewing = false;
    res.json({});
  });
  return router;
}
