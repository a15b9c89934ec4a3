// Logs, FireLens, secrets, variables and environment files. Sources: test/support/definition-cases.ts.
import { bridge, container, fargate, refusesEach, takesEach } from "../../../../../test/support/definition-cases.ts"
import type { ContainerBody, Definition } from "../definition.ts"

const executionRoleArn = "arn:aws:iam::123456789012:role/execution"
const log = (logConfiguration: ContainerBody["logConfiguration"], over: Partial<Definition> = {}): Definition => ({
  ...bridge(container(logConfiguration ? { logConfiguration } : {})),
  executionRoleArn,
  ...over,
})
const awslogs = { "awslogs-group": "g", "awslogs-region": "us-east-1" }
const router = (options: Record<string, string> = {}, type = "fluentbit"): ContainerBody =>
  container({ name: "router", firelensConfiguration: { type: type as "fluentd", options } })
const setting = (why: string): string => `Invalid 'firelensConfiguration' setting for container 'router'. ${why}`
const secrets = (list: ContainerBody["secrets"], of: ContainerBody = {}): Definition => ({
  ...bridge(container({ ...(list ? { secrets: list } : {}), ...of })),
  executionRoleArn,
})
const file = (value: string, type = "s3"): Definition =>
  bridge(container({ environmentFiles: [{ value, type: type as "s3" }] }))
const parameter = "arn:aws:ssm:us-east-1:123456789012:parameter/p"

refusesEach([
  [
    "P",
    "a log driver that is none",
    log({ logDriver: "paper" as "syslog" }),
    "paper is not a valid log driver. Must be one of [awslogs, awsfirelens, fluentd, gelf, journald, json-file, none, splunk, syslog]",
  ],
  [
    "R",
    "awslogs without a region",
    log({ logDriver: "awslogs", options: { "awslogs-group": "g" } }),
    "Log driver awslogs requires options: awslogs-region",
  ],
  [
    "M",
    "splunk without options",
    log({ logDriver: "splunk" }),
    "Log driver splunk requires options: splunk-token, splunk-url",
  ],
  [
    "M",
    "an unknown mode",
    log({ logDriver: "awslogs", options: { ...awslogs, mode: "lazy" } }),
    "Invalid log option 'mode': lazy. Must be one of [blocking, non-blocking]",
  ],
  [
    "M",
    "two multiline patterns",
    log({
      logDriver: "awslogs",
      options: { ...awslogs, "awslogs-datetime-format": "%Y", "awslogs-multiline-pattern": "^a" },
    }),
    "awslogs-datetime-format and awslogs-multiline-pattern cannot be configured at the same time.",
  ],
  [
    "P",
    "awsfirelens without a router",
    log({ logDriver: "awsfirelens" }),
    "When awsfirelens log driver is specified in log configuration, a firelens configuration object must be specified",
  ],
  [
    "M",
    "a router of an unknown type",
    bridge(router({}, "logstash")),
    setting("The type must be fluentd or fluentbit."),
  ],
  [
    "M",
    "two routers",
    bridge(router(), { ...router(), name: "second" }),
    "Only one container can have a firelensConfiguration.",
  ],
  [
    "M",
    "a router that adds metadata perhaps",
    bridge(router({ "enable-ecs-log-metadata": "maybe" })),
    setting("enable-ecs-log-metadata must be true or false."),
  ],
  [
    "M",
    "a router with half a configuration",
    bridge(router({ "config-file-type": "file" })),
    setting("config-file-type and config-file-value belong together."),
  ],
  [
    "M",
    "a router configured by fax",
    bridge(router({ "config-file-type": "fax", "config-file-value": "1" })),
    setting("config-file-type must be s3 or file."),
  ],
  [
    "M",
    "a router configured from no object",
    bridge(router({ "config-file-type": "s3", "config-file-value": "bucket/key" })),
    "Invalid arn syntax",
  ],
  [
    "M",
    "a router configured from S3 on Fargate",
    fargate(
      {},
      {
        firelensConfiguration: {
          type: "fluentbit",
          options: { "config-file-type": "s3", "config-file-value": "arn:aws:s3:::b/k" },
        },
      },
    ),
    "Fargate launch type does not support FirelensConfiguration config file from 's3'",
  ],
  [
    "M",
    "a secret without a name",
    secrets([{ name: "", valueFrom: "p" }]),
    "Secret name and valueFrom should not be null or empty.",
  ],
  [
    "R",
    "a secret twice",
    secrets([
      { name: "S", valueFrom: "p" },
      { name: "S", valueFrom: "q" },
    ]),
    "Duplicate secret names found: S. Each secret name must be unique.",
  ],
  [
    "R",
    "a secret's name and key without its ARN",
    secrets([{ name: "S", valueFrom: "db:password::" }]),
    "The Systems Manager parameter name specified for secret S is invalid. The parameter name can be up to 2048 characters and include the following letters and symbols: a-zA-Z0-9_.-,",
  ],
  ["M", "a secret from a bucket", secrets([{ name: "S", valueFrom: "arn:aws:s3:::b/k" }]), "Invalid arn syntax"],
  [
    "P",
    "a secret that is a variable too",
    secrets([{ name: "S", valueFrom: "p" }], { environment: [{ name: "S", value: "v" }] }),
    "The secret name must be unique and not shared with any new or existing environment variables set on the container, such as 'S'.",
  ],
  [
    "R",
    "a secret of the log driver without a role",
    bridge(
      container({
        logConfiguration: {
          logDriver: "splunk",
          options: { "splunk-url": "u" },
          secretOptions: [{ name: "splunk-token", valueFrom: "p" }],
        },
      }),
    ),
    "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
  ],
  [
    "M",
    "a variable without a name",
    bridge(container({ environment: [{ value: "v" }] })),
    "Environment variable name should not be null or empty.",
  ],
  ["P", "an environment file that is no ARN", file("s3://b/a.env"), "Invalid arn syntax"],
  [
    "M",
    "an environment file of another ending",
    file("arn:aws:s3:::b/a.txt"),
    "Invalid environment file 'arn:aws:s3:::b/a.txt' for container 'app'.",
  ],
  [
    "M",
    "an environment file of another type",
    file("arn:aws:s3:::b/a.env", "ftp"),
    "Invalid environment file 'arn:aws:s3:::b/a.env' for container 'app'.",
  ],
])

takesEach([
  ["a driver without options", log({ logDriver: "json-file" })],
  ["the driver that keeps nothing", log({ logDriver: "none" as "syslog" })],
  [
    "splunk with its token as a secret",
    log({
      logDriver: "splunk",
      options: { "splunk-url": "u" },
      secretOptions: [{ name: "splunk-token", valueFrom: parameter }],
    }),
  ],
  ["a router and what it routes", bridge(container({ logConfiguration: { logDriver: "awsfirelens" } }), router())],
  [
    "secrets by ARN and by name",
    secrets([
      { name: "A", valueFrom: "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf:password::" },
      { name: "B", valueFrom: parameter },
      { name: "C", valueFrom: "p" },
    ]),
  ],
  ["an environment file", file("arn:aws:s3:::b/deep/a.env")],
])
