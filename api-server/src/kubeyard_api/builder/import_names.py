"""Names under which a package is imported but not published: the usual reason why one is not found."""

from packaging.utils import canonicalize_name

PUBLISHED_AS = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "crypto": "pycryptodome",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "fitz": "pymupdf",
    "git": "gitpython",
    "github": "pygithub",
    "jose": "python-jose",
    "jwt": "pyjwt",
    "magic": "python-magic",
    "mysqldb": "mysqlclient",
    "opencv": "opencv-python-headless",
    "openssl": "pyopenssl",
    "pil": "pillow",
    "postgres": "psycopg",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "umap": "umap-learn",
    "usb": "pyusb",
    "yaml": "pyyaml",
    "zmq": "pyzmq",
}


def published_name(name: str) -> str | None:
    """The name to write instead, where the given one is known to be an import name."""
    return PUBLISHED_AS.get(canonicalize_name(name))
