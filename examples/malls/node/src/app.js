// The mall as an Express application: three services below one address. Whatever Express does by itself (its pages for
// errors and unknown paths, ETag, HEAD, case and trailing slashes of paths) is left as it is.
import express from 'express';
import { payment } from './payment.js';
import { sign } from './sign.js';
import { Refusal } from './store.js';
import { topup } from './topup.js';
import { vshop } from './vshop.js';

export function app(store) {
  const mall = express();
  mall.use(express.json());
  mall.use((req, res, next) => {
    res.success = (data) => res.json({ operateCode: 'S', message: 'success', timestamp: Date.now(), data });
    next();
  });
  const checked = (req, res, next) => {
    req.body ??= {};
    const given = req.method === 'GET' || req.method === 'HEAD' ? req.query : req.body;
    if (!given.sign || given.sign !== sign({ ...req.query, ...req.body }, store.bugs)) throw new Refusal('9001', 'sign error');
    if (!store.partners.has(given.partnerCode)) throw new Refusal('9002', 'unknown partnerCode');
    req.partner = given.partnerCode;
    next();
  };
  mall.use('/vshop', checked, vshop(store));
  mall.use('/payment', checked, payment(store));
  mall.use('/topup', checked, topup(store));
  mall.use((error, req, res, next) => {
    if (!(error instanceof Refusal)) return next(error);
    return res.json({ operateCode: error.code, message: error.message });
  });
  return mall;
}
