// Add-Type compiles without the usings that a project file would bring.
global using System;
global using System.Collections.Generic;
global using System.IO;
global using System.Linq;
