// `roadstead env`: the lines that point the AWS CLI and SDKs of a shell at a Roadstead.
import type { UpConfig } from "../config.ts"

/** The text for `eval "$(roadstead env)"`. */
export const env = (config: Pick<UpConfig, "host" | "port" | "account" | "region">): string =>
  [
    `export AWS_ENDPOINT_URL=http://${config.host}:${config.port}`,
    `export AWS_REGION=${config.region}`,
    `export AWS_DEFAULT_REGION=${config.region}`,
    // In relaxed mode a key of twelve digits is the account that it acts for, and the secret can be anything.
    `export AWS_ACCESS_KEY_ID=${config.account}`,
    "export AWS_SECRET_ACCESS_KEY=anything",
    "export AWS_PAGER=",
    "",
  ].join("\n")
