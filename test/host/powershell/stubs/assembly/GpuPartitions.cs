namespace Microsoft.HyperV.PowerShell;

/// <summary>As the older module names it.</summary>
public class VMPartitionableGpu : VirtualizationObject
{
    public string? Name { get; set; }
    public ushort[]? ValidPartitionCounts { get; set; }
    public ushort PartitionCount { get; set; }
    public ulong TotalVRAM { get; set; }
    public ulong AvailableVRAM { get; set; }
    public ulong MinPartitionVRAM { get; set; }
    public ulong MaxPartitionVRAM { get; set; }
    public ulong OptimalPartitionVRAM { get; set; }
    public ulong TotalEncode { get; set; }
    public ulong AvailableEncode { get; set; }
    public ulong MinPartitionEncode { get; set; }
    public ulong MaxPartitionEncode { get; set; }
    public ulong OptimalPartitionEncode { get; set; }
    public ulong TotalDecode { get; set; }
    public ulong AvailableDecode { get; set; }
    public ulong MinPartitionDecode { get; set; }
    public ulong MaxPartitionDecode { get; set; }
    public ulong OptimalPartitionDecode { get; set; }
    public ulong TotalCompute { get; set; }
    public ulong AvailableCompute { get; set; }
    public ulong MinPartitionCompute { get; set; }
    public ulong MaxPartitionCompute { get; set; }
    public ulong OptimalPartitionCompute { get; set; }
}

public class VMHostPartitionableGpu : VMPartitionableGpu;

/// <summary>As the older module shows it, which does not tell the GPU.</summary>
public class VMGpuPartitionAdapter : VMComponentObject
{
    public ulong? MinPartitionVRAM { get; set; }
    public ulong? MaxPartitionVRAM { get; set; }
    public ulong? OptimalPartitionVRAM { get; set; }
    public ulong? MinPartitionEncode { get; set; }
    public ulong? MaxPartitionEncode { get; set; }
    public ulong? OptimalPartitionEncode { get; set; }
    public ulong? MinPartitionDecode { get; set; }
    public ulong? MaxPartitionDecode { get; set; }
    public ulong? OptimalPartitionDecode { get; set; }
    public ulong? MinPartitionCompute { get; set; }
    public ulong? MaxPartitionCompute { get; set; }
    public ulong? OptimalPartitionCompute { get; set; }
}

/// <summary>As the newer one shows it.</summary>
public class NewerVMGpuPartitionAdapter : VMGpuPartitionAdapter
{
    public string? InstancePath { get; set; }
}
