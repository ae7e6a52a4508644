"""numpy, which is imported when it is first used: web workers stay small."""

from typing import TYPE_CHECKING, Any

__all__ = ["ArrayLike", "Flags", "Floats", "Ints", "np"]

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]
else:
    ArrayLike = Flags = Floats = Ints = Any

    class Numpy:
        def __getattr__(self, name: str) -> Any:
            import numpy

            return getattr(numpy, name)

    np = Numpy()
