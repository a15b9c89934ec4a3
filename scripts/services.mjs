// The services whose contracts are extracted, by the names that this project uses for them. What the SDK packages do not
// say (further protocols that AWS keeps alive for older clients) stands beside the name, with its source.
export const services = {
  acm: { client: "client-acm" },
  "application-autoscaling": { client: "client-application-auto-scaling" },
  autoscaling: { client: "client-auto-scaling" },
  // botocore's service-2.json of cloudwatch: "protocols":["smithy-rpc-v2-cbor","json","query"].
  cloudwatch: { client: "client-cloudwatch", alsoSpeaks: ["rpcv2Cbor", "awsQuery"] },
  dynamodb: { client: "client-dynamodb" },
  ec2: { client: "client-ec2" },
  ecr: { client: "client-ecr" },
  ecs: { client: "client-ecs" },
  efs: { client: "client-efs" },
  elb: { client: "client-elastic-load-balancing" },
  elbv2: { client: "client-elastic-load-balancing-v2" },
  events: { client: "client-eventbridge" },
  iam: { client: "client-iam" },
  logs: { client: "client-cloudwatch-logs" },
  s3: { client: "client-s3" },
  scheduler: { client: "client-scheduler" },
  secretsmanager: { client: "client-secrets-manager" },
  servicediscovery: { client: "client-servicediscovery" },
  sns: { client: "client-sns" },
  // AWS CLI 2.9 and SDKs of before November 2023 speak query to SQS; its answers carry this namespace.
  sqs: { client: "client-sqs", alsoSpeaks: ["awsQuery"], xmlNamespace: "http://queue.amazonaws.com/doc/2012-11-05/" },
  ssm: { client: "client-ssm" },
  sts: { client: "client-sts" },
}
