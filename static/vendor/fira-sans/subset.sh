#!/bin/sh
# Cuts Fira Sans, as KERN ships it, to the three weights and the letters that the pages use:
#   python -m venv fonts && fonts/bin/pip install fonttools==4.68.0 brotli==1.2.1
#   PATH="$PWD/fonts/bin:$PATH" sh subset.sh path/to/unpacked/@kern-ux/native
# "latin" is what German and English need and is always loaded; "latin-ext" holds the further Latin letters
# of people's names and is loaded only by a page that shows one (unicode-range in theme.css).
set -eu
fonts="$1/dist/fonts/fira-sans"
here=$(dirname "$0")
latin=U+0020-007E,U+00A0-00FF,U+0152-0153,U+1E9E,U+2010-2015,U+2018-201F,U+2022,U+2026,U+2030,U+2032-2033,U+2039-203A,U+20AC,U+2190-2193,U+2212,U+2248,U+2260,U+2264-2265
latin_ext=U+0100-0151,U+0154-024F,U+1E00-1E9D,U+1E9F-1EFF
features=kern,liga,locl,calt,lnum,tnum,mark,mkmk,ccmp

subset() { # weight, number of the weight, name of the set, its letters
    pyftsubset "$fonts/FiraSans-$1.woff2" --flavor=woff2 --layout-features="$features" --unicodes="$4" \
        --output-file="$here/fira-sans-$3-$2.woff2"
}

for weight in Regular:400 Medium:500 SemiBold:600; do
    subset "${weight%:*}" "${weight#*:}" latin "$latin"
    subset "${weight%:*}" "${weight#*:}" latin-ext "$latin_ext"
done
