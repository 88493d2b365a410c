/** A refusal of the Manager itself: as the clusters' servers refuse. */
import type { FastifyReply } from 'fastify'
import type { Message } from '../messages/catalogue.ts'

export function refuse(reply: FastifyReply, status: number, message: Message): FastifyReply {
  return reply.code(status).send({ accepted: false, message })
}
