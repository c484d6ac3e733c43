// The mistakes that this mall makes on demand, and what each would cost a partner.
export const BUGS = {
  'foreign-order': 'queryOrder finds the orders of every partner: competitors read each other\'s sales.',
  'order-race': 'Duplicates are looked for before a slow write: a client that sends an order twice at once pays for two.',
  'result-read-once': 'A task is deleted once its result was read: a partner that crashes before it stores the result never learns it.',
  'ids-by-the-second': 'A request_id is the time in seconds: two adds in one second share an id, and one of the results is lost.',
  'batch-fails-whole': 'One unknown SIM card fails the whole batch: cards that exist are reported as missing.',
  'unknown-sim-succeeds': 'A SIM card that does not exist is reported as added: the partner sells a plan for a card that nobody has.',
  'signs-empty': 'Empty parameters are signed too: a client that follows the documentation is refused as soon as one is empty.',
  'latin1-sign': 'The sign is made over Latin-1: every request with a Chinese or accented value is refused.',
  'push-wrong-partner': 'Pushes go to the first partner of the list: one partner is told of another one\'s sales.',
  'push-never-repeated': 'A push is sent once: a receiver that restarts misses every top-up of that minute.',
  'push-before-payment': 'The push is sent when the order is created: the partner delivers before anybody has paid.',
  'cancel-any': 'cancelAutoRenewalRecord does not look at orderNo and payId: a stale retry cancels the renewal that replaced the old one.',
  'query-pays': 'resultQuery charges an open payment: asking for the outcome takes the buyer\'s money.',
  'oldest-duplicate': 'Of several orders with one purchase_order_id the oldest is shown: the partner sees the failed attempt, not the paid one.',
  'effect-vanishes': 'A nightly copy overwrites the group shortly after a task: SIM cards reported as added are gone a moment later.',
};
