// The services that have handlers. All others are routed and answer NotImplemented.
import type { ServiceTable } from "../gate/index.ts"
import { type CertificatePorts, certificateManager } from "../services/acm/index.ts"
import { ec2 } from "../services/ec2/index.ts"
import { type EcrPorts, ecrService } from "../services/ecr/index.ts"
import { type EcsPorts, ecsService } from "../services/ecs/index.ts"
import { elb } from "../services/elb/index.ts"
import { elbv2 } from "../services/elbv2/index.ts"
import { iam } from "../services/iam/index.ts"
import { type LogsPorts, logsService } from "../services/logs/index.ts"
import { type SecretsPorts, secretsManager } from "../services/secretsmanager/index.ts"
import { type ParametersPorts, parameterStore } from "../services/ssm/index.ts"
import { sts } from "../services/sts/index.ts"

/** The handler tables, with the ports that they need. */
export const services = (
  ports: CertificatePorts & EcrPorts & EcsPorts & LogsPorts & SecretsPorts & ParametersPorts,
): readonly ServiceTable[] => [
  certificateManager(ports),
  ec2,
  ecrService(ports),
  ecsService(ports),
  elb,
  elbv2,
  iam,
  logsService(ports),
  secretsManager(ports),
  parameterStore(ports),
  sts,
]
