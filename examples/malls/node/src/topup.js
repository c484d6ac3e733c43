// The topup service: groups, the results of tasks, and the look-up of orders.
import { Router } from 'express';
import { Refusal } from './store.js';

function sims({ sim_ids: given }) {
  if (!Array.isArray(given) || given.length === 0) throw new Refusal('2001', 'sim_ids is required');
  if (given.some((sim) => !/^\d{18,22}$/.test(sim))) throw new Refusal('2002', 'sim_ids has an entry that is no iccid');
  return given.map(String);
}

export function topup(store) {
  const router = Router();
  router.get('/mall/bundle-groups/bundles', (req, res) => {
    res.success([...store.groups.values()].filter((g) => g.partner === req.partner).map((g) => ({
      group_id: g.id,
      group_name: g.name,
      package_code: g.packageCode,
      package_name: store.packages.get(g.packageCode).name,
      sim_count: g.sims.length,
    })));
  });
  const begins = (action) => (req, res) => {
    const task = store.start(req.partner, action, store.group(req.partner, req.params.group_id), sims(req.body));
    res.set('X-Request-Id', task.id).success();
  };
  router.route('/mall/bundle-groups/:group_id/sims')
    .post(begins('70'))
    .delete(begins('71'))
    .get((req, res) => {
      const group = store.group(req.partner, req.params.group_id);
      res.success({ group_id: group.id, sim_count: group.sims.length, sim_ids: group.sims });
    });
  router.get('/async-result/:request_id', (req, res) => {
    const task = store.task(req.partner, req.params.request_id);
    res.success({ request_id: task.id, action_code: task.action, status: task.status, details: task.details });
  });
  router.get('/mall/order', (req, res) => {
    const { purchase_order_id: purchaseId, order_id: number, sim_id: sim } = req.query;
    const order = store.lookUp(req.partner, { purchaseId, number, sim });
    res.success({
      purchase_order_id: order.purchaseId,
      order_id: order.number,
      sim_id: order.sim,
      package_code: order.packageCode,
      pay_id: order.payId,
      pay_amount: order.amount,
      pay_currency: order.currency,
      pay_status: order.status,
      created_by: 'api',
    });
  });
  return router;
}
