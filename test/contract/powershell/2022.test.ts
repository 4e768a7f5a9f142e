import { withEngine } from '../../host/powershell/pwsh'
import { describeFlavour } from './flavour'

withEngine('Windows Server 2022', (found) => describeFlavour(found, { flavour: '2022' }))
