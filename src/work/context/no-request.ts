/** What whoever names a request that is not there is told. */
import { refusal, type Refusal } from '../../core/errors'

export const noRequest = (id: string): Refusal =>
  refusal('unknown-name', `there is no request ${id.toUpperCase()}`, 'See `requests` for the open ones.')
