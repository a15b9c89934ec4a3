// A child process that we keep alive: an agent, a relay. Started again with growing pauses when it dies, given up when
// it dies at once every time. It lives no longer than we do: it ends itself when its IPC channel closes.
import { type ChildProcess, type Serializable, spawn } from "node:child_process"
import { type BackOff, type Cancel, type Clock, delay, type Log, pauseAfter } from "../../kernel/index.ts"

/** A program to start; `env` replaces the environment. */
export interface Command {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
}

/** What happens to a child. */
export interface ChildEvents {
  /** A message of its IPC channel. Every child says `{ type: "ready" }` once in each life. */
  heard(message: unknown): void
  /** It died and will be started again. */
  died(reason: string): void
  /** It died too quickly too often; it will not be started again. */
  givenUp(reason: string): void
}

const restarts: BackOff = { first: 100, factor: 2, max: 10_000 }
/** A life shorter than this is a quick death. */
const quick = 10_000
const quickDeathsAllowed = 5
/** How long a child may take to end by itself when asked. */
const grace = 5_000

/** See the head of the file. */
export class Child {
  readonly #name: string
  readonly #command: Command
  readonly #clock: Clock
  readonly #log: Log
  readonly #events: ChildEvents
  #process: ChildProcess | undefined
  #restart: Cancel = () => {}
  #closed = false
  #quickDeaths = 0

  constructor(options: { name: string; command: Command; clock: Clock; log: Log; events: ChildEvents }) {
    this.#name = options.name
    this.#command = options.command
    this.#clock = options.clock
    this.#log = options.log
    this.#events = options.events
    this.#start()
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  /** Sends an IPC message if the child runs; after a restart its owner says everything again when it is ready. */
  send(message: Serializable): void {
    if (!this.#process?.connected) return
    this.#process.send(message, (error) => {
      // It is dying; `died` follows.
      if (error) this.#log.debug("a message did not reach a child", { child: this.#name, error: error.message })
    })
  }

  #start(): void {
    const { command, args, env } = this.#command
    const born = this.#clock.now()
    // Its output goes to our stderr: stdout is for what the user asked to be printed.
    const child = spawn(command, args, { env: env as NodeJS.ProcessEnv, stdio: ["ignore", 2, 2, "ipc"] })
    this.#process = child
    let over = false
    const end = (reason: string) => {
      if (over) return
      over = true
      this.#process = undefined
      if (!this.#closed) this.#died(reason, this.#clock.now() - born)
    }
    child.once("error", (error) => end(`${this.#name} could not be started: ${error.message}`))
    child.once("exit", (code, signal) => end(`${this.#name} ended with ${signal ?? `status ${code}`}`))
    child.on("message", (message) => this.#events.heard(message))
  }

  #died(reason: string, age: number): void {
    this.#quickDeaths = age < quick ? this.#quickDeaths + 1 : 1
    if (this.#quickDeaths >= quickDeathsAllowed) {
      this.#log.error("a child dies again and again", { child: this.#name, reason })
      this.#events.givenUp(`${reason}, ${this.#quickDeaths} times in a row`)
      return
    }
    this.#log.warn("a child died and will be started again", { child: this.#name, reason })
    this.#events.died(reason)
    this.#restart = this.#clock.at(this.#clock.now() + pauseAfter(restarts, this.#quickDeaths), () => this.#start())
  }

  /** Ends the child, by force when it does not end within {@link grace} ms. Resolves when it is gone. */
  async close(): Promise<void> {
    this.#closed = true
    this.#restart()
    const child = this.#process
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()))
    child.kill("SIGTERM")
    const waiting = new AbortController()
    const patience = delay(this.#clock, grace, waiting.signal).then(() => {
      if (!waiting.signal.aborted) child.kill("SIGKILL")
    })
    await gone
    waiting.abort()
    await patience
  }
}

/** Whether a child's message says that it is ready. */
export const isReady = (message: unknown): boolean =>
  typeof message === "object" && message !== null && "type" in message && message.type === "ready"
