// The life of one request: read, classified, matched with a rule, answered by ourselves or by a target, counted and logged.
// How a target is chosen is in forward/, what it is told in request-to-target.ts.
import type { Duplex } from "node:stream"
import { errorFields } from "../../kernel/index.ts"
import type { ActionConfiguration, RuleConfiguration } from "../../protocol/index.ts"
import { locationOf } from "./actions/redirect.ts"
import type { Client, ClientEvents } from "./client/client.ts"
import { classify, treatment } from "./desync.ts"
import type { Forwarder } from "./forward/forwarder.ts"
import type { Forwarded, Outcome } from "./outcome.ts"
import { grpcAnswer, ownAnswer, ownServer } from "./own-answers.ts"
import { type RequestHead, readHead } from "./request-head.ts"
import { tooManyForwardedFor, toTarget } from "./request-to-target.ts"
import { rewriteOf } from "./rules/transforms.ts"
import type { Serving } from "./serving.ts"
import type { Shared } from "./shared.ts"
import { join } from "./switched.ts"
import type { Answer, Failure, Outgoing, ResponseHead, Sending } from "./upstream/types.ts"

/** Answered for, by why no answer came from a target. Reference 5.4. */
const statusOf: Readonly<Record<Failure, number>> = {
  refused: 502,
  tls: 502,
  reset: 502,
  malformed: 502,
  gone: 502,
  unreachable: 504,
  silent: 504,
}

/** Done again without harm (RFC 9110, 9.2.2). */
const repeatable = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])

/** Behind a request that was not understood there may be anything. */
const closingStatuses = new Set([400, 405, 408, 414, 501])

/** Quotas of Application Load Balancers: a request line of 16 K. */
const mostRequestLine = 16 * 1024

/** See the head of the file. */
export class Exchange implements ClientEvents, Answer {
  readonly #shared: Shared
  readonly #forwarder: Forwarder
  readonly #client: Client
  readonly #serving: Serving
  readonly #head: RequestHead
  readonly #out: Outcome
  #closeAfter: boolean
  #sending: Sending | undefined
  #outgoing: Outgoing | undefined
  #bodyStarted = false
  #bodyEnded: boolean
  #headOut = false
  #done = false
  #again = false

  constructor(shared: Shared, forwarder: Forwarder, serving: Serving, client: Client) {
    this.#shared = shared
    this.#forwarder = forwarder
    this.#serving = serving
    this.#client = client
    client.events = this
    const now = shared.clock.now()
    this.#head = readHead(client, serving)
    this.#bodyEnded = !client.hasBody
    this.#closeAfter = now - client.connection.since > serving.clientKeepAliveMs
    this.#out = {
      serving,
      client,
      head: this.#head,
      traceId: shared.traceId(this.#head.traceId, now),
      beganAt: now,
      sentAt: undefined,
      answeredAt: undefined,
      status: 0,
      targetStatus: undefined,
      rule: undefined,
      evaluated: 0,
      action: undefined,
      redirect: undefined,
      forwarded: undefined,
      rewritten: undefined,
      classified: classify(client, this.#head),
      switched: false,
    }
  }

  begin(): void {
    try {
      this.#begin()
    } catch (thrown) {
      // A request that cannot be sent as it is ends alone: all others go on.
      this.#shared.log.error("a request could not be carried", errorFields(thrown))
      this.#client.abort()
    }
  }

  #begin(): void {
    const refusal = this.#refusal()
    const matched = refusal ? undefined : this.#serving.match(this.#head, this.#client.connection.address)
    if (!matched) {
      this.#answer(refusal ?? 503)
      return
    }
    this.#out.rule = matched.rule
    this.#out.evaluated = matched.evaluated
    this.#act(matched.rule, matched.rule.action)
  }

  /** What the request itself is answered with, before any rule. */
  #refusal(): number | undefined {
    const { method, host, tooLarge, twoHosts, transferCoding } = this.#head
    const treated = treatment(this.#serving.desync, this.#out.classified)
    if (treated !== "route") this.#closeAfter = true
    if (treated === "block") return 400
    if (this.#client.target.length > mostRequestLine) return 414
    if (tooLarge || twoHosts) return 400
    // AWS: 501 for a transfer coding that is not chunked.
    if (transferCoding !== undefined && transferCoding !== "chunked") return 501
    if (method === "TRACE" || method === "CONNECT") return 405
    // HTTP/1.1 requires it (RFC 9112, 3.2); AWS answers malformed requests with 400.
    if (host === "" && this.#client.protocol === "HTTP/1.1") return 400
    return this.#serving.xff === "append" && tooManyForwardedFor(this.#head) ? 463 : undefined
  }

  #act(rule: RuleConfiguration, action: ActionConfiguration): void {
    this.#out.action = action.type
    switch (action.type) {
      case "redirect": {
        const location = locationOf(action, this.#serving, this.#head)
        this.#out.redirect = location
        this.#answer(action.statusCode, ["Location", location])
        break
      }
      case "fixed-response":
        this.#fixed(action)
        break
      case "forward":
        this.#rewrite(rule)
    }
  }

  #rewrite(rule: RuleConfiguration): void {
    const rewritten = rule.transforms && rewriteOf(rule)(this.#head)
    if (rewritten === "invalid") {
      // text from memory: AWS says of such a request only that it fails
      this.#answer(500)
      return
    }
    this.#out.rewritten = rewritten
    this.#forward()
  }

  #fixed({ statusCode, contentType, body = "" }: Extract<ActionConfiguration, { type: "fixed-response" }>): void {
    const bytes = Buffer.from(body)
    const headers = ["Server", ownServer, "Date", this.#shared.date()]
    if (contentType !== undefined || bytes.length > 0) headers.push("Content-Type", contentType ?? "text/plain")
    headers.push("Content-Length", String(bytes.length))
    this.#send(statusCode, this.#shared.reason(statusCode), headers, bytes)
  }

  #forward(without?: Forwarded): void {
    const picked = this.#forwarder.pick(this.#out, without)
    if (typeof picked === "number") {
      this.#answer(picked)
      return
    }
    this.#out.forwarded = picked
    const { upgrade, contentLength, method } = this.#head
    const switches = upgrade !== undefined && this.#client.takeSocket !== undefined
    const chunked = this.#client.hasBody && contentLength === undefined
    this.#outgoing = {
      request: toTarget(this.#serving, this.#client, this.#head, this.#out.traceId, this.#out.rewritten),
      body: chunked ? "chunked" : this.#client.hasBody ? "length" : "none",
      length: chunked ? undefined : contentLength,
      upgrade: switches ? upgrade : undefined,
      repeatable: !this.#client.hasBody && repeatable.has(method),
      last: this.#out.classified?.classification === "Ambiguous" && this.#closeAfter,
    }
    picked.target.active++
    this.#sending = this.#shared.upstream.send(picked, this.#serving, this.#outgoing, this)
  }

  onSent(): void {
    this.#out.sentAt = this.#shared.clock.now()
    if (!this.#client.hasBody || this.#bodyStarted) return
    this.#bodyStarted = true
    this.#client.readBody()
  }

  onRequestBody(chunk: Buffer): boolean {
    return this.#sending?.write(chunk) ?? true
  }

  onRequestEnd(trailers: readonly string[]): void {
    this.#bodyEnded = true
    this.#sending?.end(trailers)
  }

  onDrain(): void {
    if (this.#bodyStarted) this.#client.resumeBody()
  }

  onInterim(): void {
    // 100 was said when the body was read; others are for the next hop only, which we are.
  }

  onHead(head: ResponseHead): void {
    this.#out.answeredAt = this.#shared.clock.now()
    this.#out.targetStatus = head.status
    this.#headOut = true
    this.#out.status = head.status
    const { headers } = head
    // An upgrade that the target speaks of without switching is between it and us.
    removeNamed(headers, "upgrade")
    this.#finishHeaders(head)
    this.#say(head, head.empty === true)
  }

  onBody(chunk: Buffer): boolean {
    return this.#client.write(chunk)
  }

  onClientDrain(): void {
    this.#sending?.resume()
  }

  onEnd(last: Buffer | undefined, trailers: readonly string[]): void {
    const sending = this.#sending
    this.#release()
    // An answer before all was asked: the rest of the request has nobody to go to.
    if (!this.#bodyEnded) sending?.abort()
    this.#client.end(last, trailers)
  }

  onSwitch(head: ResponseHead, socket: Duplex, first: Buffer): void {
    const taken = this.#client.takeSocket?.()
    if (!taken) return void socket.destroy()
    this.#out.answeredAt = this.#shared.clock.now()
    this.#out.targetStatus = 101
    this.#out.status = 101
    this.#out.switched = true
    this.#headOut = true
    this.#finishHeaders(head)
    const forwarded = this.#out.forwarded
    join(
      { head, client: taken, target: { socket, first }, idleMs: this.#serving.idleMs },
      forwarded && ((listener) => forwarded.target.onGone(listener)),
      () => {
        this.#release()
        this.#finish()
      },
    )
  }

  onFailure(why: Failure, unanswered: boolean): void {
    const { forwarded } = this.#out
    if (!forwarded) return
    if (unanswered && this.#outgoing?.repeatable && !this.#again) {
      // The target had closed a connection that idled: nobody's request is to fail for that.
      this.#again = true
      this.#sending = this.#shared.upstream.sendAnew(forwarded, this.#serving, this.#outgoing, this)
      return
    }
    this.#release()
    const { counts } = this.#serving
    const nothingSent = why === "refused" || why === "unreachable" || why === "tls"
    if (nothingSent)
      counts.targetFailed(this.#client.connection.way.zone, forwarded.pool.configuration.label, why === "tls")
    // Nothing of the request has left: another target can have it as if it had been the first.
    if (why === "refused" && this.#forwarder.hasOther(this.#out, forwarded)) this.#forward(forwarded)
    else if (this.#headOut) this.#client.abort()
    else this.#answer(statusOf[why])
  }

  onClientClose(finished: boolean): void {
    if (!finished) {
      const sending = this.#sending
      this.#release()
      sending?.abort()
      // AWS's own status for a client that did not wait.
      if (!this.#headOut) this.#out.status = 460
    }
    if (!this.#out.switched) this.#finish()
  }

  /** The client was silent with half a request. */
  onClientSilent(): void {
    if (this.#headOut) {
      this.#client.abort()
      return
    }
    const sending = this.#sending
    this.#release()
    sending?.abort()
    this.#closeAfter = true
    this.#answer(408)
  }

  get awaitsClient(): boolean {
    return !this.#bodyEnded && !this.#client.requestComplete
  }

  /** Node refuses to write some headers that a target, or a rule, may have: that is the end of this request only. */
  #say({ status, reason, headers }: ResponseHead, empty: boolean): void {
    try {
      this.#client.head(status, reason, headers, this.#closes, empty)
    } catch (thrown) {
      this.#shared.log.warn("an answer could not be written", { status, ...errorFields(thrown) })
      this.#client.abort()
    }
  }

  get #closes(): boolean {
    return this.#closeAfter || this.#client.connection.closing
  }

  get answering(): boolean {
    return this.#headOut
  }

  #finishHeaders(head: ResponseHead): void {
    const { forwarded } = this.#out
    const { headers } = head
    if (forwarded) for (const cookie of forwarded.cookies(head)) headers.push("Set-Cookie", cookie)
    this.#listenerHeaders(headers)
  }

  #listenerHeaders(headers: string[]): void {
    const { serverHeader, responseHeaders } = this.#serving
    if (!serverHeader) removeNamed(headers, "server")
    for (const [name, value] of responseHeaders) {
      removeNamed(headers, name.toLowerCase())
      headers.push(name, value)
    }
  }

  #answer(status: number, more: readonly string[] = []): void {
    const isGrpc = this.#client.protocol === "HTTP/2.0" && this.#head.contentType.startsWith("application/grpc")
    const { reason, headers, body } = isGrpc
      ? grpcAnswer(status, this.#shared.date())
      : ownAnswer(status, this.#shared.date())
    headers.push(...more)
    // What could not be read to its end has no next request behind it.
    if (closingStatuses.has(status) || !this.#client.requestComplete) this.#closeAfter = true
    this.#send(status, reason, headers, body)
  }

  #send(status: number, reason: string, headers: string[], body: Buffer): void {
    this.#out.status = status
    this.#headOut = true
    this.#listenerHeaders(headers)
    this.#say({ status, reason, headers }, body.length === 0)
    this.#client.end(body.length > 0 ? body : undefined, [])
  }

  /** The target has one request less under way. */
  #release(): void {
    if (!this.#sending) return
    this.#sending = undefined
    const target = this.#out.forwarded?.target
    if (target) target.active--
  }

  #finish(): void {
    if (this.#done) return
    this.#done = true
    this.#client.connection.over()
    this.#shared.finished(this.#out)
  }
}

const removeNamed = (headers: string[], lower: string): void => {
  for (let i = headers.length - 2; i >= 0; i -= 2) {
    const name = headers[i]
    if (name?.length === lower.length && name.toLowerCase() === lower) headers.splice(i, 2)
  }
}
