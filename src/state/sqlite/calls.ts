// Questions to a worker thread and their answers: the main thread's half and the worker's. What is asked is the
// business of the two sides; here questions only get numbers.

import { parentPort, Worker, workerData } from "node:worker_threads"
import { receiveError, type SentError, sendError } from "../journal/errors.ts"

interface Question<Q> {
  readonly id: number
  readonly question: Q
}

type Reply<A> = { readonly id: number; readonly answer: A } | { readonly id: number; readonly error: SentError }

/** Asks a worker that runs {@link answerCalls}. */
export class WorkerCalls<Q, A> {
  readonly #worker: Worker
  readonly #waiting = new Map<number, PromiseWithResolvers<A>>()
  readonly #exited: Promise<void>
  #lastId = 0
  #gone: Error | undefined

  /** `url`: a .ts file of the checkout or the .js file of a bundle. `data` is what {@link workerInput} answers. */
  constructor(url: URL, data: unknown) {
    this.#worker = new Worker(url, { workerData: data })
    this.#worker.on("message", (reply: Reply<A>) => this.#settle(reply))
    this.#worker.on("error", (error: Error) => this.#end(error))
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#exited = promise
    this.#worker.on("exit", (code) => {
      this.#end(new Error(`The worker thread ended with code ${code}`))
      resolve()
    })
  }

  /** Rejects when the worker throws, and when it is gone. Answers come in the order of the questions. */
  ask(question: Q): Promise<A> {
    if (this.#gone) return Promise.reject(this.#gone)
    const id = ++this.#lastId
    const waiting = Promise.withResolvers<A>()
    try {
      this.#worker.postMessage({ id, question } satisfies Question<Q>)
      this.#waiting.set(id, waiting)
    } catch (thrown) {
      // The question holds what cannot be sent: the thread never hears of it.
      waiting.reject(thrown)
    }
    return waiting.promise
  }

  /** Ends the thread once its last answer was given. */
  async end(): Promise<void> {
    this.#gone ??= new Error("The worker thread was ended")
    await this.#worker.terminate()
    await this.#exited
  }

  #settle(reply: Reply<A>): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if ("error" in reply) waiting?.reject(receiveError(reply.error))
    else waiting?.resolve(reply.answer)
  }

  #end(error: Error): void {
    this.#gone ??= error
    for (const waiting of this.#waiting.values()) waiting.reject(error)
    this.#waiting.clear()
  }
}

/** In the worker: what the thread was started with. */
export const workerInput = <T>(): T => workerData as T

/** In the worker: answers every question with `answer`; what it throws is the asker's rejection. */
export const answerCalls = <Q, A>(answer: (question: Q) => A): void => {
  const port = parentPort
  if (!port) throw new Error("This file runs as a worker thread")
  port.on("message", ({ id, question }: Question<Q>) => {
    try {
      port.postMessage({ id, answer: answer(question) } satisfies Reply<A>)
    } catch (thrown) {
      port.postMessage({ id, error: sendError(thrown) } satisfies Reply<A>)
    }
  })
}
