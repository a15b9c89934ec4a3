// Keeps access logs as files that are named as AWS names its objects in S3, one for each node and period: written beside
// their place while the period lasts, put there when it is over.
import { appendFile, mkdir, rename } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { gzip } from "node:zlib"
import { type Cancel, type Clock, errorFields, type Log, newIds, type RandomSource } from "../../kernel/index.ts"
import type { BalancerConfiguration } from "../../protocol/index.ts"
import { applicationLine, classicLine } from "./line.ts"
import { type LogPlace, logPlace } from "./object-name.ts"
import type { AccessRecord } from "./record.ts"

export interface AccessLog {
  /** `node`: the address that the client came in at. */
  write(balancer: BalancerConfiguration, node: string, record: AccessRecord): void
  /** Puts everything in its place. */
  close(): Promise<void>
}

export interface AccessLogOptions {
  /** Buckets are folders in it. */
  readonly folder: string
  readonly clock: Clock
  readonly random: RandomSource
  readonly log: Log
}

const minute = 60_000
/** Of application load balancers; classic ones may say an hour. */
const periodMinutes = 5
/** Lines are compressed and written when there are so many characters of them. */
const mostBuffered = 256 * 1024

interface OpenFile {
  readonly place: LogPlace
  readonly compressed: boolean
  readonly cancel: Cancel
  lines: string[]
  size: number
  written: Promise<void>
}

const compress = promisify(gzip)

export const newAccessLog = ({ folder, clock, random, log }: AccessLogOptions): AccessLog => {
  const ids = newIds(random)
  const open = new Map<string, OpenFile>()

  const flush = (file: OpenFile): void => {
    if (file.lines.length === 0) return
    const text = `${file.lines.join("\n")}\n`
    file.lines = []
    file.size = 0
    file.written = file.written.then(async () => {
      try {
        await mkdir(join(folder, file.place.folder), { recursive: true })
        // Members of gzip one after the other are one file of gzip.
        await appendFile(partOf(folder, file), file.compressed ? await compress(text) : text)
      } catch (thrown) {
        log.warn("lines of an access log are lost", { file: file.place.file, ...errorFields(thrown) })
      }
    })
  }

  const finish = async (key: string, file: OpenFile): Promise<void> => {
    open.delete(key)
    file.cancel()
    flush(file)
    await file.written
    try {
      await rename(partOf(folder, file), join(folder, file.place.folder, file.place.file))
    } catch (thrown) {
      log.warn("an access log is not in its place", { file: file.place.file, ...errorFields(thrown) })
    }
  }

  const begin = (key: string, balancer: BalancerConfiguration, node: string): OpenFile => {
    const length = minute * Number(balancer.attributes["access_logs.s3.emit_interval"] ?? periodMinutes)
    const end = (Math.floor(clock.now() / length) + 1) * length
    const file: OpenFile = {
      place: logPlace(balancer, { end, node, unique: ids.hex(8) }),
      compressed: balancer.kind !== "classic",
      cancel: clock.at(end, () => void finish(key, file)),
      lines: [],
      size: 0,
      written: Promise.resolve(),
    }
    open.set(key, file)
    return file
  }

  return {
    write: (balancer, node, record) => {
      const key = `${balancer.id} ${node}`
      const file = open.get(key) ?? begin(key, balancer, node)
      const line = (balancer.kind === "classic" ? classicLine : applicationLine)(record, balancer.label)
      file.lines.push(line)
      file.size += line.length
      if (file.size > mostBuffered) flush(file)
    },
    close: async () => {
      await Promise.all([...open].map(([key, file]) => finish(key, file)))
    },
  }
}

const partOf = (folder: string, { place }: OpenFile): string => join(folder, place.folder, `.${place.file}.part`)
