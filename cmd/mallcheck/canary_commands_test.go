package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/reports/render"
)

// canaryCommands drive each command of the tool. One that has no line here fails the test.
var canaryCommands = map[string]func(c *canaryRun){
	"help": func(c *canaryRun) { c.run("", "help") },
	"receiver": func(c *canaryRun) {
		echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _ = r.Write(w) }))
		defer echo.Close()
		c.run("", "receiver", echo.URL, "--push-key=k1:"+c.value("push key"), "--only=RCV-001,RCV-01*", "--report-dir=receiver")
	},
	"signer": func(c *canaryRun) { c.run("", "signer", "--report-dir=signer", "--", "cat") },
	"run": func(c *canaryRun) {
		all := "--format=" + strings.Join(render.Formats(), ",")
		got := c.run("", "run", "--seed=7", "--only="+canaryChecks, all)
		if got.code == 2 || !strings.Contains(got.out, "violation") {
			c.t.Errorf("exit code %d:\n%s%s", got.code, got.out, got.err)
		}
		c.run("", "run", "--seed=7", "--only="+canaryChecks, "--report-dir=second", "--format=json")
		for _, wrong := range []string{
			"--vshop-url=http://u:" + url.QueryEscape(c.value("password of an address")) + "@h/?x",
			"--proxy=http://u:" + url.QueryEscape(c.value("password of the proxy")) + "@h/x",
			"--push-key=k:x" + c.value("push key"), "--header=X-Token " + c.value("secret header"), "--header=Host: " + c.value("credentials"),
		} {
			if got := c.run("", "run", wrong); got.code != 2 {
				c.t.Errorf("%s: exit code %d", wrong, got.code)
			}
		}
	},
	"call": func(c *canaryRun) {
		for _, operation := range []string{"singleVerify", "listBundles", "stripeSingleAuthorization"} {
			c.run("", "call", operation, "--explain", "--set=payId="+canaryPay, "--set=email="+canaryEmail, "--set=payAmount=4.99", "--set=payCurrency=USD")
		}
		c.run("", "call", "queryOrder", "--set=client_secret:="+canaryEmail)
		shown := process{arguments: []string{"call", "listBundles", "--show"}, environ: c.environ, dir: c.dir}.run(c.t)
		if !strings.Contains(shown.out, canaryEmail) {
			c.t.Errorf("call --show hides the e-mail address:\n%s", shown.out)
		}
		secret := slices.DeleteFunc(slices.Clone(c.planted), func(one canary) bool { return one.member != "" && one.member != "sim_id" })
		for _, leak := range leaks(shown.out+shown.err, secret) {
			c.t.Errorf("call --show prints the %s", leak)
		}
	},
	"config": func(c *canaryRun) {
		c.run("", "config")
		c.run("", "config", "--json")
		c.run("", "config", "--schema")
	},
	"targets": func(c *canaryRun) { c.run("", "targets"); c.run("", "targets", "--json") },
	"doctor": func(c *canaryRun) {
		c.run("", "doctor")
		c.run("", "doctor", "--json", "--allow=read,write")
	},
	"plan": func(c *canaryRun) {
		c.run("", "plan", "--only=area:GRP")
		c.run("", "plan", "--json", "--only=area:GRP")
	},
	"rerun": func(c *canaryRun) { c.run("", "rerun", "mallcheck-report/run.json", "--report-dir=again") },
	"replay": func(c *canaryRun) {
		for _, id := range []string{"GRP-001", "PAY-031", "VSH-070", "ENV-001/listBundles"} {
			c.run("", "replay", "mallcheck-report/run.json", id, "--set=payId="+canaryPay, "--report-dir=replayed")
		}
	},
	"sweep": func(c *canaryRun) {
		c.run("", "sweep")
		c.run("", "sweep", "--topup-url=http://u:"+url.QueryEscape(c.value("password of an address"))+"@other.test/topup")
	},
	"compare": func(c *canaryRun) {
		for _, format := range []string{"text", "markdown", "json"} {
			c.run("", "compare", "mallcheck-report/run.json", "second/run.json", "--format="+format)
		}
	},
	"merge": func(c *canaryRun) {
		for _, shard := range []string{"1/2", "2/2"} {
			c.run("", "run", "--seed=7", "--only=area:GRP", "--shard="+shard, "--format=json", "--report-dir=shard-"+shard[:1])
		}
		c.run("", "merge", "shard-1/run.json", "shard-2/run.json", "--report-dir=merged", "--format="+strings.Join(render.Formats(), ","))
	},
	"sign": func(c *canaryRun) {
		// --explain and --check of a wrong sign print what they are given: that is what they are for.
		c.run(`{"payId":"`+canaryPay+`","email":"`+canaryEmail+`"}`, "sign")
		c.run(`{"payId":"`+canaryPay+`","email":"`+canaryEmail+`"`, "sign")
	},
	"proxy": func(c *canaryRun) {
		address, proxy := serveProxy(c.t, process{dir: c.dir, environ: c.environ, arguments: []string{"--report-dir=proxied", "--format=" + strings.Join(render.Formats(), ",")}})
		for range 20 { // among them are all forms of an answer
			ask(c.t, http.MethodPost, address+"/payment/resultQuery", `{"payId":"`+canaryPay+`","email":"`+canaryEmail+`","tradeTime":"","tradeType":"resultQuery"}`)
			ask(c.t, http.MethodGet, address+"/topup/async-result/"+url.PathEscape(c.value("push key")), "")
		}
		proxy.stop()
		if log := proxy.log.String(); !strings.Contains(log, "operation=resultQuery") || !strings.Contains(proxy.printed, "reports in proxied") {
			c.t.Errorf("the proxy printed\n%.2000s%.2000s", log, proxy.printed)
		}
		for _, leak := range leaks(proxy.printed+proxy.log.String(), c.planted) {
			c.t.Errorf("mallcheck proxy tells the %s", leak)
		}
	},
	"judge": func(c *canaryRun) {
		// The client tells all it was told, and sends it to the mall of judge.
		c.run("", "judge", "--report-dir=judged", "--", "sh", "-c", "echo $MALL_PUSH_KEY; "+binary+" call resultQuery --payment-url=$MALL_PAYMENT_URL --partner-code=$MALL_PARTNER_CODE --set=payId="+canaryPay+" --set=email="+canaryEmail)
	},
	"learn": func(c *canaryRun) { c.run("", "learn", "mallcheck-report/run.json", "--output=learnt.yaml") },
	"drift": func(c *canaryRun) {
		c.run("", "drift", "learnt.yaml", "second/run.json", "--report-dir=drifted", "--format="+strings.Join(render.Formats(), ","))
	},
	"init":       func(c *canaryRun) { c.run("", "init", "other.yaml") },
	"list":       func(c *canaryRun) { c.run("", "list"); c.run("", "list", "--json") },
	"explain":    func(c *canaryRun) { c.run("", "explain", "PAY-031") },
	"faults":     func(c *canaryRun) { c.run("", "faults"); c.run("", "faults", "--json") },
	"variants":   func(c *canaryRun) { c.run("", "variants"); c.run("", "variants", "--json") },
	"version":    func(c *canaryRun) { c.run("", "version"); c.run("", "version", "--json") },
	"contract":   func(c *canaryRun) { c.run("", "contract"); c.run("", "contract", "--push") },
	"completion": func(c *canaryRun) { c.run("", "completion", "bash") },
	"complete":   func(c *canaryRun) { c.run("", "complete", "--", "run", "--target", "") },
	"man":        func(c *canaryRun) { c.run("", "man") },
	"serve": func(c *canaryRun) {
		key := c.value("push key")
		mall := serve(c.t, "--push-key=k1:"+key)
		for _, operation := range []string{"stripeSubDirectly", "stripeSingleAuthorization", "resultQuery"} {
			process{arguments: []string{"call", operation, "--set=payId=" + canaryPay, "--set=email=" + canaryEmail, "--set=pm_id=" + c.value("customer"),
				"--set=payAmount=4.99", "--set=payCurrency=usd", "--set=plan_id=1"}, environ: mall.env}.run(c.t)
		}
		process{arguments: []string{"call", "asyncResult", "--set=request_id=" + key}, environ: mall.env}.run(c.t)
		mall.stop()
		if log := mall.log.String(); !strings.Contains(log, "operation=stripeSubDirectly") || !strings.Contains(log, "operation=asyncResult") {
			c.t.Errorf("the log of the sandbox is not there:\n%.2000s", log)
		}
		if !strings.Contains(mall.log.String(), `payId \"<redacted:payId>\"`) {
			c.t.Errorf("no payment id was refused:\n%.2000s", mall.log.String())
		}
		for _, leak := range leaks(mall.printed+mall.log.String(), c.planted) {
			c.t.Errorf("mallcheck serve tells the %s", leak)
		}
	},
}

// canaryOrder is the order in which commands need what others left; the rest follows.
var canaryOrder = []string{"run", "call", "config", "targets", "doctor", "plan", "rerun", "replay", "sweep", "compare", "merge", "learn", "drift"}

// canaryChecks are checks of every kind of request, few enough for a test.
const canaryChecks = "GRP-00*,ASY-00*,PAY-03*,VSH-07*,ORD-01*,SIG-022,ENV-001,ERR-01*"
