// Input members of Elastic Load Balancing that are taken and do nothing: listed in docs/parity.md.
export const withoutEffect: readonly string[] = [
  // No anomalies are looked for, so none is shown.
  "DescribeTargetHealth.Include",
]
