package doctor

import (
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/diagnose"
)

// howSigned is a question that only a push can answer.
const howSigned = "how are pushes signed (rechargeSuccess)"

// pushLacks says why no push can be received; "" if one can. A third-party order triggers the push: no
// money moves, but the order remains.
func (d *doctor) pushLacks() string {
	t := d.target
	switch {
	case !t.Allow.Purchase:
		return "only the push about an order can show this: --allow read,write,purchase"
	case t.PushListen == "" && t.PushListener == nil:
		return "set --push-listen, the address that the target pushes to"
	case len(t.PushKey) == 0:
		return "set --push-key, the key that signs pushes"
	case d.lacks("vshop") != "":
		return d.lacks("vshop")
	case d.sim() == "":
		return "set --sim, a SIM card that exists"
	case t.Package == "":
		return "set --package, a package that can be ordered"
	}
	return ""
}

// pushes places an order and finds out how its push is signed.
func (d *doctor) pushes() {
	why := d.pushLacks()
	if why != "" {
		d.open("pushes", howSigned, why)
		return
	}
	p := d.session.NewPurchase()
	answer := d.ask(d.session.NewSynOrderInfo(p), d.rules)
	if answer == nil || !answer.Accepted() {
		d.open("pushes", howSigned, "the target refuses synOrderInfo for a new order: "+d.described(answer))
		return
	}
	push := d.firstPush(p)
	if push == nil {
		d.open("pushes", howSigned, "no push about the order arrived within "+d.target.PushTimeout.String()+
			"; is "+d.target.PushListen+" the address that the target pushes to?")
		return
	}
	t := d.target
	rules := diagnose.PushRules{Keys: map[string][]byte{t.PushKeyID: t.PushKey}, Join: t.PushJoin, Encoding: t.PushEncoding}
	diagnosis := diagnose.Push(push.Header, push.Body, rules)
	switch {
	case diagnosis.Right:
		d.tell("pushes", howSigned, "as configured: push-join "+t.PushJoin.String()+", push-encoding "+t.PushEncoding.String())
	case diagnosis.Found:
		d.tell("pushes", howSigned, diagnosis.Line())
		d.suggest("push-join", []string{t.PushJoin.String()}, []string{diagnosis.Join.String()})
		d.suggest("push-encoding", []string{t.PushEncoding.String()}, []string{diagnosis.Encoding.String()})
	case push.Header.Get(signing.HeaderPushSignature) == "":
		d.tell("pushes", howSigned, "not at all: the push has no "+signing.HeaderPushSignature)
	default:
		d.open("pushes", howSigned, diagnosis.Line())
	}
}

// firstPush returns the first push about a purchase, or nil if none arrives in time or the examination
// was stopped.
func (d *doctor) firstPush(p session.Purchase) (push *session.Push) {
	untilStopped(func() {
		if pushes := d.session.ArrivedPushes(p, 1); len(pushes) > 0 {
			push = pushes[0]
		}
	})
	return push
}
