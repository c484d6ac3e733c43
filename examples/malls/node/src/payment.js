// The payment service. A charge is made when the partner authorizes with a payment method; the mall hears of its
// outcome when the partner confirms.
import { randomBytes } from 'node:crypto';
import { Router } from 'express';
import { PAYS, PAID, Refusal } from './store.js';

const secret = (kind) => `${kind}_${randomBytes(12).toString('hex')}_secret_${randomBytes(8).toString('hex')}`;

function filled(body, ...names) {
  for (const name of names) {
    if (typeof body[name] !== 'string' || body[name] === '') throw new Refusal('1001', `${name} is required and cannot be empty`);
  }
}

function result(order) {
  const told = { payId: order.payId, payStatus: order.status, payAmount: order.amount, payCurrency: order.currency };
  if (order.paidAt) told.payResultDate = order.paidAt.toISOString().slice(0, 19).replace('T', ' ');
  return told;
}

export function payment(store) {
  const router = Router();
  router.post('/stripeSingleAuthorization', (req, res) => {
    const { payId, payAmount, payCurrency, pm_id: method } = req.body;
    filled(req.body, 'payId', 'payCurrency');
    const order = store.payable(req.partner, payId, payAmount, payCurrency);
    if (method) order.method = method;
    res.success({
      payId: order.payId, client_secret: secret('pi'), customer_id: `cus_${req.partner}`, payAmount: order.amount, payCurrency: order.currency,
    });
  });
  router.post('/stripeSubscriptionAuthorization', (req, res) => {
    const order = store.payable(req.partner, req.body.payId);
    res.success({ payId: order.payId, client_secret: secret('seti'), customer_id: `cus_${req.partner}` });
  });
  router.post('/stripeSubDirectly', (req, res) => {
    const { payId, payAmount, payCurrency, pm_id: method } = req.body;
    filled(req.body, 'payId', 'pm_id', 'plan_id', 'payCurrency');
    const order = store.payable(req.partner, payId, payAmount, payCurrency);
    store.renewable(order.sim);
    order.method = method;
    store.settle(order);
    order.renewing = order.status === PAID;
    res.json({
      customer_id: `cus_${req.partner}`,
      pay_method: method,
      product_id: `prod_${order.packageCode}`,
      status: order.renewing ? 'active' : 'incomplete',
      sub_id: `sub_${randomBytes(8).toString('hex')}`,
    });
  });
  router.post('/resultQuery', (req, res) => {
    filled(req.body, ...Object.keys(req.body).filter((name) => req.body[name] === ''), 'payId', 'tradeTime', 'tradeType', 'version');
    const order = store.payment(req.partner, req.body.payId);
    if (store.bugs.has('query-pays')) {
      order.method ??= PAYS;
      store.settle(order);
    }
    res.success(result(order));
  });
  router.post('/confirmPaymentResult', (req, res) => {
    const order = store.payment(req.partner, req.body.payId);
    store.settle(order);
    res.success(result(order));
  });
  return router;
}
