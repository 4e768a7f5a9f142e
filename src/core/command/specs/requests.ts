import { onOff, PAGE } from '../values/flags'
import { spec } from '../values/spec'

export const requests = spec({
  name: 'requests',
  group: 'Look',
  needs: 'anyone listed',
  arguments: [],
  flags: [onOff('--all', 'all'), PAGE],
  reason: 'none',
  says: 'The open requests; with `--all` the finished ones too.',
  examples: ['requests', 'requests --all --page 2'],
})
