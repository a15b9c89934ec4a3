// Something that we keep alive: the process of an agent or a relay, a helper container. Started again with growing pauses
// when it dies, given up when it dies at once every time. It lives no longer than we do: it ends when its channel closes.
import { type Serializable, spawn } from "node:child_process"
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

/** One life of a child. */
export interface Life {
  readonly pid?: number | undefined
  /** Says something if it still hears. */
  send(message: Serializable): void
  /** Asks it to end, by force when it does not within {@link grace} ms. Resolves when it is gone. */
  end(): Promise<void>
}

/** Begins a life. `over` is called once, at its end or when it could not begin. */
export type Launch = (on: { heard(message: unknown): void; over(reason: string): void }) => Life

interface ChildOptions {
  readonly name: string
  readonly clock: Clock
  readonly log: Log
  readonly events: ChildEvents
}

/** See the head of the file. */
export class Child {
  readonly #name: string
  readonly #launch: Launch
  readonly #clock: Clock
  readonly #log: Log
  readonly #events: ChildEvents
  #life: Life | undefined
  #restart: Cancel = () => {}
  #closed = false
  #quickDeaths = 0

  constructor(options: ChildOptions & ({ readonly command: Command } | { readonly launch: Launch })) {
    this.#name = options.name
    this.#launch = "launch" in options ? options.launch : processOf(options.command, options)
    this.#clock = options.clock
    this.#log = options.log
    this.#events = options.events
    this.#start()
  }

  get pid(): number | undefined {
    return this.#life?.pid
  }

  /** Sends a message if the child runs; after a restart its owner says everything again when it is ready. */
  send(message: Serializable): void {
    this.#life?.send(message)
  }

  #start(): void {
    const born = this.#clock.now()
    let over = false
    const life = this.#launch({
      heard: (message) => this.#events.heard(message),
      over: (reason) => {
        if (over) return
        over = true
        this.#life = undefined
        if (!this.#closed) this.#died(reason, this.#clock.now() - born)
      },
    })
    if (!over) this.#life = life
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

  /** Ends the child. Resolves when it is gone. */
  async close(): Promise<void> {
    this.#closed = true
    this.#restart()
    await this.#life?.end()
  }
}

/** Runs `stop` when `gone` has not come within {@link grace} ms; resolves when it has. */
export const within = async (clock: Clock, gone: Promise<void>, stop: () => void): Promise<void> => {
  const waiting = new AbortController()
  const patience = delay(clock, grace, waiting.signal).then(() => {
    if (!waiting.signal.aborted) stop()
  })
  await gone
  waiting.abort()
  await patience
}

/** A process with an IPC channel. */
const processOf =
  ({ command, args, env }: Command, { name, clock, log }: ChildOptions): Launch =>
  ({ heard, over }) => {
    // Its output goes to our stderr: stdout is for what the user asked to be printed.
    const child = spawn(command, args, { env: env as NodeJS.ProcessEnv, stdio: ["ignore", 2, 2, "ipc"] })
    child.once("error", (error) => over(`${name} could not be started: ${error.message}`))
    child.once("exit", (code, signal) => over(`${name} ended with ${signal ?? `status ${code}`}`))
    child.on("message", heard)
    return {
      pid: child.pid,
      send(message) {
        if (!child.connected) return
        child.send(message, (error) => {
          // It is dying; `over` follows.
          if (error) log.debug("a message did not reach a child", { child: name, error: error.message })
        })
      },
      async end() {
        if (child.exitCode !== null || child.signalCode !== null) return
        const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()))
        child.kill("SIGTERM")
        await within(clock, gone, () => child.kill("SIGKILL"))
      },
    }
  }

/** Whether a child's message says that it is ready. */
export const isReady = (message: unknown): boolean =>
  typeof message === "object" && message !== null && "type" in message && message.type === "ready"
