# Written by the install slice.
