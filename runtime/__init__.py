"""The cyclic runtime: clocks, tasks, Plc, programs, IEC types, symbols, links, recordings, snapshots.

The names stand in ``__init__.pyi`` and are loaded from their modules when they are first used, so that importing the
package stays quick.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
