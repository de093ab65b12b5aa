//! What ready-made codecs do with bytes: libraries that are linked anyway.

use crate::{
    error::{Code, Error, Result},
    ffi::{self, Bytes, answer_now, invalid},
};
use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand::{SecureRandom, SystemRandom},
};
use std::io::{Read, Write};

fn key(bytes: &[u8]) -> Result<LessSafeKey> {
    let key = UnboundKey::new(&AES_256_GCM, bytes)
        .map_err(|_| invalid(format!("a key has 32 bytes, not {}", bytes.len())))?;
    Ok(LessSafeKey::new(key))
}

/// The nonce, the text and the tag, as Temporal's samples lay them out.
fn seal(key_bytes: &[u8], text: &[u8]) -> Result<Vec<u8>> {
    let failed = |_| {
        Error::new(
            Code::Internal,
            "there is no randomness, or the text is too long",
        )
    };
    let mut nonce = [0; NONCE_LEN];
    SystemRandom::new().fill(&mut nonce).map_err(failed)?;
    let mut sealed = text.to_vec();
    key(key_bytes)?
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::empty(),
            &mut sealed,
        )
        .map_err(failed)?;
    Ok([&nonce, sealed.as_slice()].concat())
}

fn open(key_bytes: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
    let refused = || invalid("it was not encrypted with this key, or was changed since");
    let (nonce, text) = sealed.split_first_chunk().ok_or_else(refused)?;
    let mut text = text.to_vec();
    let size = key(key_bytes)?
        .open_in_place(
            Nonce::assume_unique_for_key(*nonce),
            Aad::empty(),
            &mut text,
        )
        .map_err(|_| refused())?
        .len();
    text.truncate(size);
    Ok(text)
}

fn compress(bytes: &[u8]) -> Result<Vec<u8>> {
    let failed = |e| Error::new(Code::Internal, format!("cannot be compressed: {e}"));
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).map_err(failed)?;
    encoder.finish().map_err(failed)
}

/// What comes from outside may say little and mean much.
fn decompress(bytes: &[u8], most: usize) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    ZlibDecoder::new(bytes)
        .take(most as u64 + 1)
        .read_to_end(&mut text)
        .map_err(|e| invalid(format!("is not compressed by zlib: {e}")))?;
    match text.len() > most {
        true => Err(invalid(format!("is larger than {most} bytes"))),
        false => Ok(text),
    }
}

macro_rules! bytes_to_bytes {
    ($name:ident($($argument:ident: $type:ty),*) $call:expr) => {
        /// # Safety
        /// See `temporal_bridge.h`.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($argument: $type,)* result_or_error: *mut Bytes) -> i32 {
            unsafe {
                answer_now(result_or_error, || {
                    ffi::place(result_or_error)?;
                    result_or_error.write($call?.into());
                    Ok(())
                })
            }
        }
    };
}

bytes_to_bytes!(temporal_aes256gcm_seal(key: *const u8, key_size: usize, text: *const u8, size: usize)
    seal(&ffi::input(key, key_size)?, &ffi::input(text, size)?));
bytes_to_bytes!(temporal_aes256gcm_open(key: *const u8, key_size: usize, sealed: *const u8, size: usize)
    open(&ffi::input(key, key_size)?, &ffi::input(sealed, size)?));
bytes_to_bytes!(temporal_zlib_compress(text: *const u8, size: usize)
    compress(&ffi::input(text, size)?));
bytes_to_bytes!(temporal_zlib_decompress(bytes: *const u8, size: usize, most: usize)
    decompress(&ffi::input(bytes, size)?, most));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_is_opened_with_the_same_key_alone_and_unchanged_alone() {
        for text in [&b""[..], b"secret", &[7; 3_000_000]] {
            let mut sealed = seal(&[1; 32], text).unwrap();
            assert_ne!(seal(&[1; 32], text).unwrap(), sealed, "another nonce");
            assert_eq!(open(&[1; 32], &sealed).unwrap(), text);
            assert!(open(&[2; 32], &sealed).is_err());
            sealed[NONCE_LEN] ^= 1;
            assert!(open(&[1; 32], &sealed).is_err());
        }
        for short in [&b""[..], &[0; NONCE_LEN], &[0; NONCE_LEN + 15]] {
            assert!(open(&[1; 32], short).is_err());
        }
        assert_eq!(
            seal(&[1; 16], b"").unwrap_err().text(),
            "a key has 32 bytes, not 16"
        );
    }

    #[test]
    fn what_was_compressed_comes_back_as_far_as_there_is_room() {
        let zeros = vec![0; 1_000_000];
        let compressed = compress(&zeros).unwrap();
        assert!(compressed.len() < 2000);
        assert_eq!(decompress(&compressed, zeros.len()).unwrap(), zeros);
        assert!(decompress(&compressed, zeros.len() - 1).is_err());
        assert!(decompress(b"no zlib", 100).is_err());
        assert_eq!(decompress(&compress(b"").unwrap(), 0).unwrap(), b"");
    }
}
