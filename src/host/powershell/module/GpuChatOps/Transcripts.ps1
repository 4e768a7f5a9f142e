# The transcripts that PowerShell writes, one a session, into the folder that the session files name. PowerShell keeps them
# for ever, so the first reading of a session clears the old ones away. A session may, whose language and providers are
# restricted: its functions have both, and it runs as an administrator of the host. Opening one is never in the way: an error
# that is left behind would end it.

# Has this session looked? The bot ends a session after a day.
$script:TranscriptsCleared = $false

function Clear-OldTranscript {
    <#
    .SYNOPSIS
    Deletes the transcripts that nothing was written to for as many days as registration said; once a session. Never fails.
    .NOTES
    Microsoft, "Start-Transcript": the name is PowerShell_transcript.<computername>.<random>.<timestamp>.txt.
    #>
    if ($script:TranscriptsCleared) { return }
    $script:TranscriptsCleared = $true
    try {
        $state = Get-StateDirectory
        $days = Read-TranscriptDays $state
        $folder = [System.IO.Path]::Combine($state, 'Transcripts')
        if (-not $days -or -not [System.IO.Directory]::Exists($folder)) { return }
        $oldest = [System.DateTime]::UtcNow.AddDays(-$days)
        foreach ($path in [System.IO.Directory]::GetFiles($folder, 'PowerShell_transcript.*')) {
            if ([System.IO.Path]::GetFileName($path) -notmatch '\APowerShell_transcript\..+\.[^.]+\.[0-9]{14}\.txt\z') { continue }
            if ([System.IO.File]::GetLastWriteTimeUtc($path) -ge $oldest) { continue }
            # One that somebody reads stays until a later session.
            try { Remove-Transcript $path }
            catch { continue }
        }
    }
    catch { return }
}

function Read-TranscriptDays {
    <#
    .SYNOPSIS
    For how many days transcripts are kept here; null, and so for ever, where the file says no number of days.
    #>
    param([string] $Directory)
    $path = [System.IO.Path]::Combine($Directory, 'transcript-days')
    if (-not [System.IO.File]::Exists($path)) { return $null }
    $text = [System.IO.File]::ReadAllText($path).Trim()
    if ($text -match '\A[1-9][0-9]{0,3}\z') { [int] $text } else { $null }
}

function Remove-Transcript {
    param([string] $Path)
    [System.IO.File]::Delete($Path)
}
