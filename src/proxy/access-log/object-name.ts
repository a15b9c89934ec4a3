// The names of the objects in which AWS puts access logs. Pure.
import type { BalancerConfiguration } from "../../protocol/index.ts"

export interface LogPlace {
  /** `<bucket>/<prefix>/AWSLogs/…/dd` */
  readonly folder: string
  readonly file: string
}

export interface LogPeriod {
  /** When it ends: milliseconds of the wall clock. */
  readonly end: number
  /** The address of the node that wrote it. */
  readonly node: string
  /** Makes names of one period different. */
  readonly unique: string
}

type Balancer = Pick<BalancerConfiguration, "kind" | "account" | "region" | "label" | "attributes">

export const logPlace = (balancer: Balancer, { end, node, unique }: LogPeriod): LogPlace => {
  const { kind, account, region, label, attributes } = balancer
  const [date = "", time = ""] = new Date(end).toISOString().split("T")
  const stamp = `${date.replaceAll("-", "")}T${time.slice(0, 5).replace(":", "")}Z`
  const name = label.replaceAll("/", ".")
  const prefix = attributes["access_logs.s3.prefix"]
  const parts = [
    attributes["access_logs.s3.bucket"] || "no-bucket",
    ...(prefix ? prefix.split("/") : []),
    ...["AWSLogs", account, "elasticloadbalancing", region, ...date.split("-")],
  ]
  return {
    // Nothing that a user names leads out of the folder.
    folder: parts.filter((part) => part !== "" && part !== "." && part !== "..").join("/"),
    file: `${account}_elasticloadbalancing_${region}_${name}_${stamp}_${node}_${unique}.log${kind === "classic" ? "" : ".gz"}`,
  }
}
