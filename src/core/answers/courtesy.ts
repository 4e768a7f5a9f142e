import type { Courtesy } from '../grammar/courtesy'
import type { Notice } from '../notice/notice'
import { doneNotice } from './done'

const ANSWERS = {
  greeting:
    'Hello. `list` shows the GPUs and who holds them, `assign GPU to VM` asks for one, and `help` tells all that you may do.',
  thanks: 'You are welcome.',
} satisfies Record<Courtesy, string>

export const courtesyNotice = (courtesy: Courtesy): Notice => doneNotice(ANSWERS[courtesy])
