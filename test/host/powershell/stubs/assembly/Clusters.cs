namespace Microsoft.FailoverClusters.PowerShell;

// As far as the reference of the FailoverClusters module shows their properties.

public class Cluster
{
    public string? Name { get; set; }
}

public class ClusterResource
{
    public string? Id { get; set; }
    public string? Name { get; set; }
    public string? ResourceType { get; set; }
    public string? State { get; set; }
    public string? OwnerGroup { get; set; }

    public override string ToString() => Name ?? "";
}

public class ClusterParameter
{
    public string? ClusterObject { get; set; }
    public string? Name { get; set; }
    public object? Value { get; set; }
}
